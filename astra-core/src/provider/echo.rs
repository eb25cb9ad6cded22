//! The provider that is built in: its answer is what the user said last. A fresh install answers without a key, and
//! tests know the answer. A word counts as a token.

use futures_util::future::{self, BoxFuture, FutureExt as _};
use futures_util::stream::{self, StreamExt as _};

use super::error::Error;
use super::{
    Chunk, ChunkStream, Completion, Content, FinishReason, Message, Parameter, Parameters, Part, Provider, Request,
    Role, Usage,
};

/// Its only model.
pub(super) const MODEL: &str = "echo";

/// Says again what was said.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Echo;

impl Provider for Echo {
    fn complete<'a>(&'a self, _model: &'a str, request: Request<'a>) -> BoxFuture<'a, Result<Completion, Error>> {
        let (words, finish_reason) = answer(request);
        let usage = Some(usage(request, words.len()));
        future::ready(Ok(Completion { content: words.concat(), finish_reason, usage })).boxed()
    }

    fn stream<'a>(&'a self, _model: &'a str, request: Request<'a>) -> BoxFuture<'a, Result<ChunkStream, Error>> {
        let (words, finish_reason) = answer(request);
        let usage = usage(request, words.len());
        let mut chunks: Vec<Chunk> = words.into_iter().map(|word| Chunk::Content(word.to_owned())).collect();
        chunks.extend([Chunk::Finish(finish_reason), Chunk::Usage(usage)]);
        future::ready(Ok(stream::iter([Ok(chunks)]).boxed())).boxed()
    }

    /// What is sampled has no effect on it, as there is nothing to sample; JSON it does not write, and it has no tokens.
    fn unsupported(&self, parameters: &Parameters) -> Option<Parameter> {
        let is_beyond = |parameter: &Parameter| matches!(parameter, Parameter::ResponseFormat | Parameter::LogitBias);
        parameters.given().find(is_beyond)
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, Error>> {
        future::ready(Ok(vec![MODEL.to_owned()])).boxed()
    }
}

/// The words of the answer, each with the white space after it, and whether it is all of them.
fn answer(request: Request<'_>) -> (Vec<&str>, FinishReason) {
    let said = request.messages.iter().rfind(|message| message.role == Role::User);
    let mut words: Vec<&str> = said.into_iter().flat_map(texts).flat_map(words).collect();
    if let Some(parameters) = request.parameters.filter(|asked| !asked.stop.is_empty()) {
        stop(&mut words, &parameters.stop);
    }
    let most = request.max_output_tokens.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    if words.len() <= most {
        return (words, FinishReason::Stop);
    }
    words.truncate(most);
    (words, FinishReason::Length)
}

/// Ends the answer before the first of `texts` in it.
fn stop(words: &mut Vec<&str>, texts: &[String]) {
    let whole = words.concat();
    let end = texts.iter().filter(|text| !text.is_empty()).filter_map(|text| whole.find(text.as_str())).min();
    let Some(mut left) = end else { return };
    words.retain_mut(|word| {
        *word = &word[..word.len().min(left)];
        left -= word.len();
        !word.is_empty()
    });
}

/// The texts of a message: one, or those of its parts.
fn texts(message: &Message) -> Vec<&str> {
    match &message.content {
        Content::Text(text) => vec![text],
        Content::Parts(parts) => parts.iter().filter_map(Part::text).collect(),
    }
}

/// Cuts before each word, so that the pieces are the whole text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let word_end =
            rest.trim_start().find(char::is_whitespace).map(|end| end + rest.len() - rest.trim_start().len());
        let end = word_end.map_or(rest.len(), |end| rest.len() - rest[end..].trim_start().len());
        let (word, left) = rest.split_at(end);
        rest = left;
        (!word.is_empty()).then_some(word)
    })
}

fn usage(request: Request<'_>, output_words: usize) -> Usage {
    let input_words: usize = request.messages.iter().flat_map(texts).map(|text| words(text).count()).sum();
    let tokens = |words| u32::try_from(words).unwrap_or(u32::MAX);
    Usage { input_tokens: tokens(input_words), output_tokens: tokens(output_words), ..Usage::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> Message {
        Message { role: Role::User, content: Content::Text(text.into()) }
    }

    #[test]
    fn it_says_the_last_thing_again_within_the_limit() {
        let messages = [user("first"), user("the second  thing\n")];
        let request = Request { messages: &messages, ..Request::default() };
        let (words, finish_reason) = answer(request);
        assert_eq!(words, ["the ", "second  ", "thing\n"]);
        assert_eq!(finish_reason, FinishReason::Stop);
        let (words, finish_reason) = answer(Request { max_output_tokens: Some(2), ..request });
        assert_eq!((words.concat().as_str(), finish_reason), ("the second  ", FinishReason::Length));
        assert_eq!(usage(request, 2), Usage { input_tokens: 4, output_tokens: 2, ..Usage::default() });
    }

    #[test]
    fn it_ends_before_the_first_stop() {
        let messages = [user("Thought: x\nObservation: y")];
        for (texts, said) in
            [(vec!["Obs", "y"], "Thought: x\n"), (vec!["z"], "Thought: x\nObservation: y"), (vec![": x"], "Thought")]
        {
            let parameters =
                Parameters { stop: texts.into_iter().map(str::to_owned).collect(), ..Parameters::default() };
            let request = Request { messages: &messages, parameters: Some(&parameters), ..Request::default() };
            let (words, finish_reason) = answer(request);
            assert_eq!((words.concat().as_str(), finish_reason), (said, FinishReason::Stop));
        }
    }

    #[test]
    fn no_white_space_is_lost() {
        for text in ["", " ", " a", "a ", "\n a\u{2003}b  \n", "ä€ 😀"] {
            assert_eq!(words(text).collect::<String>(), text);
        }
        assert_eq!(words("  a b").count(), 2);
    }
}
