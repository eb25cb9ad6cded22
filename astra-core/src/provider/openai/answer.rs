//! Answers and events, read leniently: servers leave out usage, finish reasons and whole fields, or send them null.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::outbound::Event;
use crate::provider::Chunk;
use crate::provider::chunks;
use crate::provider::error::Error;
use crate::provider::reading::{
    Answer, Given, Loose, Reported, Text, Word, malformed, object_or_list, openai as counted, read,
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
            if let Some(message) = choice.delta.0.or(choice.message.0) {
                let text = message.content.0;
                self.answer.say(if text.is_empty() { message.refusal.0 } else { text }, is_mended, chunks);
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
    #[serde(default)]
    delta: Loose<Message>,
    #[serde(default)]
    message: Loose<Message>,
    /// Of completions that are no chats, which some servers answer to everything.
    #[serde(default)]
    text: Text,
    #[serde(default, borrow)]
    finish_reason: Word<'a>,
    #[serde(default)]
    error: Given,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Text,
    /// What the model says when it refuses: there is no other text then.
    #[serde(default)]
    refusal: Text,
}
