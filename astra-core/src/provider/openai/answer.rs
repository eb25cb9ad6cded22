//! Answers and events, read leniently: servers leave out usage, finish reasons and whole fields, or send them null.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::outbound::Event;
use crate::provider::Chunk;
use crate::provider::chunks;
use crate::provider::error::Error;
use crate::provider::reading::{
    Answer, CallIndex, Given, List, Loose, Piece, Reported, Text, Word, malformed, object_or_list, openai as counted,
    read,
};
use crate::provider::upstream::Upstream;

/// Reads the events of a streamed answer, or a whole one as its only event.
#[derive(Debug, Default)]
pub(in crate::provider) struct Decoder {
    answer: Answer,
    is_done: bool,
}

impl chunks::Decoder for Decoder {
    const ENDS_WITH_DONE: bool = true;

    fn event(&mut self, event: Event<'_>, upstream: &Upstream, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        let mut mended = Vec::new();
        let (said, is_mended): (Said<'_>, bool) = read(event.data, &mut mended).map_err(|fault| malformed(&fault))?;
        let choice = said.choices.0;
        let is_error = said.error.0 || choice.as_ref().is_none_or(|choice| choice.error.0);
        if is_error && let Some(error) = Reported::find(event.data, said.error.0) {
            return Err(upstream.reported(error));
        }
        if let Some(choice) = choice {
            let reason = choice.finish_reason.0;
            let is_whole = choice.delta.0.is_none();
            if let Some(message) = choice.delta.0.or(choice.message.0) {
                let text = message.content.0;
                self.answer.say(if text.is_empty() { message.refusal.0 } else { text }, is_mended, chunks);
                for piece in pieces(message.tool_calls.0, message.function_call.0, is_whole) {
                    self.answer.call(piece, is_mended, chunks)?;
                }
            } else {
                self.answer.say(choice.text.0, is_mended, chunks);
            }
            if let Some(reason) = reason {
                self.answer.finish(&reason, chunks)?;
            }
        }
        chunks.extend(counted(said.usage).map(Chunk::Usage));
        Ok(())
    }

    fn done(&mut self) {
        self.is_done = true;
    }

    fn is_done(&self) -> bool {
        self.is_done
    }

    fn end(&mut self, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        self.answer.end(self.is_done, chunks)
    }
}

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(default, borrow, deserialize_with = "object_or_list")]
    choices: Loose<Choice<'a>>,
    #[serde(default, borrow)]
    usage: Option<&'a RawValue>,
    #[serde(default)]
    error: Given,
}

/// What a piece of the answer has, and what the whole answer has.
#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default, borrow)]
    delta: Loose<Message<'a>>,
    #[serde(default, borrow)]
    message: Loose<Message<'a>>,
    /// Of completions that are no chats, which some servers answer to everything.
    #[serde(default)]
    text: Text,
    #[serde(default, borrow)]
    finish_reason: Word<'a>,
    #[serde(default)]
    error: Given,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(default)]
    content: Text,
    /// What the model says when it refuses: there is no other text then.
    #[serde(default)]
    refusal: Text,
    #[serde(default, borrow)]
    tool_calls: List<Call<'a>>,
    /// How a call was written before there could be several. Some servers send both.
    #[serde(default, borrow)]
    function_call: Loose<Function<'a>>,
}

/// A call, or a piece of one.
#[derive(Deserialize)]
struct Call<'a> {
    #[serde(default)]
    index: CallIndex,
    #[serde(default, borrow)]
    id: Word<'a>,
    #[serde(default, borrow)]
    function: Loose<Function<'a>>,
    /// Servers that leave `function` out have its fields here.
    #[serde(default, borrow)]
    name: Word<'a>,
    #[serde(default, borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(default, borrow)]
    extra_content: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(default, borrow)]
    name: Word<'a>,
    #[serde(default, borrow)]
    arguments: Option<&'a RawValue>,
}

/// The pieces of calls in a message. Those that stand in one list are of several calls, also where they have no numbers; those
/// of a whole message are, whatever numbers they have.
fn pieces<'a>(calls: Vec<Call<'a>>, legacy: Option<Function<'a>>, is_whole: bool) -> impl Iterator<Item = Piece<'a>> {
    let legacy = legacy.filter(|_| calls.is_empty());
    let are_several = calls.len() > 1;
    let numbered = (0..).zip(calls).map(move |(place, call)| {
        let Function { name, arguments } =
            call.function.0.unwrap_or(Function { name: call.name, arguments: call.arguments });
        let index = if is_whole { Some(place) } else { call.index.0.or(are_several.then_some(place)) };
        Piece { index, id: call.id.0, name: name.0, arguments, extra: call.extra_content, ..Piece::default() }
    });
    let legacy =
        legacy.into_iter().map(|Function { name, arguments }| Piece { name: name.0, arguments, ..Piece::default() });
    numbered.chain(legacy)
}
