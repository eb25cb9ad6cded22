//! The provider that is built in: its answer is what the user said last, without what memory has for it. A fresh install
//! answers without a key, and tests know the answer. A word counts as a token.
//!
//! It calls a tool that is offered when a line of what the user said last is `/tool`, the tool's name and, if any, the
//! arguments: `/tool current_time {"time_zone": "UTC"}`. Several lines make several calls. When the tools have answered, its
//! answer is what they said.

use futures_util::future::{self, BoxFuture, FutureExt as _};
use futures_util::stream::{self, StreamExt as _};

use super::error::Error;
use super::reading::CALLS_MAX;
use super::{
    Arguments, Chunk, ChunkStream, Completion, Content, FinishReason, Message, Parameter, Parameters, Part, Provider,
    Request, Role, ToolCall, ToolChoice, Usage,
};
use crate::content::without_memory;

/// What a line that calls a tool begins with.
const TOOL: &str = "/tool ";

/// Its only model.
pub(super) const MODEL: &str = "echo";

/// Says again what was said.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Echo;

impl Provider for Echo {
    fn complete<'a>(&'a self, _model: &'a str, request: Request<'a>) -> BoxFuture<'a, Result<Completion, Error>> {
        let calls = calls(request);
        let (words, finish_reason) =
            if calls.is_empty() { answer(request) } else { (Vec::new(), FinishReason::ToolCalls) };
        let usage = Some(usage(request, &words, &calls));
        future::ready(Ok(Completion { content: words.concat(), calls, finish_reason, usage })).boxed()
    }

    fn stream<'a>(&'a self, _model: &'a str, request: Request<'a>) -> BoxFuture<'a, Result<ChunkStream, Error>> {
        let calls = calls(request);
        let (words, finish_reason) =
            if calls.is_empty() { answer(request) } else { (Vec::new(), FinishReason::ToolCalls) };
        let usage = usage(request, &words, &calls);
        let mut chunks: Vec<Chunk> = words.into_iter().map(|word| Chunk::Content(word.to_owned())).collect();
        chunks.extend((0..).zip(calls).flat_map(|(index, call)| pieces(index, call)));
        chunks.extend([Chunk::Finish(finish_reason), Chunk::Usage(usage)]);
        future::ready(Ok(stream::iter([Ok(chunks)]).boxed())).boxed()
    }

    /// What is sampled has no effect on it, as there is nothing to sample; JSON it does not write, and it has no tokens.
    fn unsupported(&self, parameters: &Parameters) -> Option<Parameter> {
        let is_beyond = |parameter: &Parameter| matches!(parameter, Parameter::ResponseFormat | Parameter::LogitBias);
        parameters.given().find(is_beyond)
    }

    fn unsupported_tools(&self, _request: Request<'_>) -> Option<Parameter> {
        None
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, Error>> {
        future::ready(Ok(vec![MODEL.to_owned()])).boxed()
    }
}

/// The calls of the answer: those that the user asks for, or the one that the request does.
fn calls(request: Request<'_>) -> Vec<ToolCall> {
    if request.tools.is_empty() || request.tool_choice == ToolChoice::None || !results(request).is_empty() {
        return Vec::new();
    }
    let may_call = |name: &str| {
        let is_chosen = !matches!(request.tool_choice, ToolChoice::Named(only) if only != name);
        is_chosen && request.tools.iter().any(|tool| *tool.name == *name)
    };
    let lines = said_texts(request).flat_map(str::lines);
    let named = lines.filter_map(|line| line.strip_prefix(TOOL)).map(|call| {
        let call = call.trim();
        call.split_once(char::is_whitespace).unwrap_or((call, ""))
    });
    let mut asked: Vec<(&str, &str)> = named.filter(|(name, _)| may_call(name)).take(CALLS_MAX).collect();
    if asked.is_empty() {
        asked.extend(match request.tool_choice {
            ToolChoice::Required => request.tools.first().map(|tool| (&*tool.name, "")),
            ToolChoice::Named(name) => Some((name, "")).filter(|_| may_call(name)),
            ToolChoice::Auto | ToolChoice::None => None,
        });
    }
    if request.parallel_tool_calls == Some(false) {
        asked.truncate(1);
    }
    let before = request.messages.iter().flat_map(parts).filter(|part| matches!(part, Part::ToolCall(_))).count();
    let call = |(number, (name, text)): (usize, (&str, &str))| {
        let text = if text.trim().is_empty() { "{}" } else { text.trim() };
        let (id, arguments) = (format!("call_{number}"), Arguments::parse(text.to_owned()));
        ToolCall { id, name: name.to_owned(), arguments, extra: None }
    };
    (before + 1..).zip(asked).map(call).collect()
}

/// A call as it is streamed.
fn pieces(index: u32, call: ToolCall) -> Vec<Chunk> {
    let (id, name, text) = (call.id.clone(), call.name.clone(), call.arguments.text());
    let mut pieces = vec![Chunk::ToolCall { index, id, name }];
    pieces.extend(words(&text).map(|word| Chunk::ToolArguments { index, delta: word.to_owned() }));
    drop(text);
    pieces.push(Chunk::ToolCallComplete { index, call: Box::new(call) });
    pieces
}

/// What the user said last.
fn said(request: Request<'_>) -> Option<&Message> {
    request.messages.iter().rfind(|message| message.role == Role::User)
}

/// The texts of what the user said last, without what memory has for it.
fn said_texts(request: Request<'_>) -> impl Iterator<Item = &str> {
    said(request).into_iter().flat_map(texts).map(without_memory)
}

/// What tools answered since the user said something.
fn results(request: Request<'_>) -> Vec<&str> {
    let since = request.messages.iter().rev().take_while(|message| message.role != Role::User);
    let answers: Vec<&Message> = since.filter(|message| message.role == Role::Tool).collect();
    answers.into_iter().rev().flat_map(texts).collect()
}

/// The words of the answer, each with the white space after it, and whether it is all of them.
fn answer(request: Request<'_>) -> (Vec<&str>, FinishReason) {
    let results = results(request);
    let mut words: Vec<&str> = if results.is_empty() {
        said_texts(request).flat_map(words).collect()
    } else {
        let lines = |(place, result)| (place > 0).then_some("\n").into_iter().chain(words(result));
        results.into_iter().enumerate().flat_map(lines).collect()
    };
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

/// The texts of a message: one, or those of its parts and of the tools' answers.
fn texts(message: &Message) -> Vec<&str> {
    match &message.content {
        Content::Text(text) => vec![text],
        Content::Parts(parts) => parts.iter().filter_map(text).collect(),
    }
}

fn text(part: &Part) -> Option<&str> {
    if let Part::ToolResult(result) = part { Some(&result.content) } else { part.text() }
}

fn parts(message: &Message) -> &[Part] {
    match &message.content {
        Content::Text(_) => &[],
        Content::Parts(parts) => parts,
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

fn usage(request: Request<'_>, said: &[&str], calls: &[ToolCall]) -> Usage {
    let called = |call: &ToolCall| 1 + words(&call.arguments.text()).count();
    let before = request.messages.iter().flat_map(parts);
    let before = before.map(|part| if let Part::ToolCall(call) = part { called(call) } else { 0 }).sum::<usize>();
    let heard = request.messages.iter().flat_map(texts).map(|text| words(text).count()).sum::<usize>();
    let tokens = |words| u32::try_from(words).unwrap_or(u32::MAX);
    let output_tokens = tokens(said.len() + calls.iter().map(called).sum::<usize>());
    Usage { input_tokens: tokens(heard + before), output_tokens, ..Usage::default() }
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
        assert_eq!(usage(request, &["a", "b"], &[]), Usage { input_tokens: 4, output_tokens: 2, ..Usage::default() });
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
