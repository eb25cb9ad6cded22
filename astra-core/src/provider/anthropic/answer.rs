//! Answers and events. Events are distinguished by the `type` in their data, or by their name where it is left out.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::outbound::Event;
use crate::provider::chunks;
use crate::provider::error::Error;
use crate::provider::reading::{
    Answer, Begins, Blocks, CallIndex, Given, Loose, Piece, Reported, Text, Word, anthropic as counted, malformed, read,
};
use crate::provider::upstream::Upstream;
use crate::provider::{Chunk, Usage};

/// The events that are no errors, whatever they hold.
const KINDS: [&str; 8] = [
    "message",
    "message_start",
    "message_delta",
    "message_stop",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "ping",
];

/// Reads the events of a streamed answer, or a whole one as its only event.
#[derive(Debug, Default)]
pub(in crate::provider) struct Decoder {
    answer: Answer,
    usage: Usage,
    is_done: bool,
}

impl chunks::Decoder for Decoder {
    /// Some gateways send it in every protocol. This one has an end of its own.
    const ENDS_WITH_DONE: bool = false;

    fn event(&mut self, event: Event<'_>, upstream: &Upstream, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        let mut mended = Vec::new();
        let (said, is_mended): (Said<'_>, bool) = read(event.data, &mut mended).map_err(|fault| malformed(&fault))?;
        let kind = said.kind.0.unwrap_or_else(|| String::from_utf8_lossy(event.name));
        if (said.error.0 || !KINDS.contains(&kind.as_ref()))
            && let Some(error) = Reported::find(event.data, said.error.0)
        {
            return Err(upstream.reported(error));
        }
        match kind.as_ref() {
            "content_block_start" | "content_block_delta" => {
                for mut block in [said.content_block.0, said.delta.0].into_iter().flatten() {
                    let piece = block.piece(said.index.0);
                    self.answer.say(block.text.0, is_mended, chunks);
                    if let Some(piece) = piece {
                        self.answer.call(piece, is_mended, chunks)?;
                    }
                }
            }
            "message_start" => self.count(said.message.0.and_then(|message| message.usage), chunks),
            "message_delta" => {
                if let Some(reason) = said.delta.0.and_then(|delta| delta.stop_reason.0) {
                    self.answer.finish(&reason, chunks)?;
                }
                self.count(said.usage, chunks);
            }
            "message_stop" => self.is_done = true,
            "message" | "" => {
                self.answer.say(said.content.text, is_mended, chunks);
                for call in said.content.calls {
                    let (begins, arguments) = (Begins::Yes, call.input);
                    let piece = Piece { id: call.id, name: call.name, arguments, begins, ..Piece::default() };
                    self.answer.call(piece, is_mended, chunks)?;
                }
                if let Some(reason) = said.stop_reason.0 {
                    self.answer.finish(&reason, chunks)?;
                }
                self.count(said.usage, chunks);
            }
            // ping, the ends of blocks, and what is yet to be invented
            _ => {}
        }
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

impl Decoder {
    fn count(&mut self, account: Option<&RawValue>, chunks: &mut Vec<Chunk>) {
        if let Some(usage) = counted(account, self.usage) {
            self.usage = usage;
            chunks.push(Chunk::Usage(usage));
        }
    }
}

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(rename = "type", default, borrow)]
    kind: Word<'a>,
    #[serde(default, borrow)]
    delta: Loose<Block<'a>>,
    #[serde(default, borrow)]
    content_block: Loose<Block<'a>>,
    #[serde(default)]
    index: CallIndex,
    #[serde(default, borrow)]
    message: Loose<Start<'a>>,
    #[serde(default, borrow)]
    content: Blocks<'a>,
    #[serde(default, borrow)]
    stop_reason: Word<'a>,
    #[serde(default, borrow)]
    usage: Option<&'a RawValue>,
    #[serde(default)]
    error: Given,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(rename = "type", default, borrow)]
    kind: Word<'a>,
    #[serde(default)]
    text: Text,
    #[serde(default, borrow)]
    stop_reason: Word<'a>,
    #[serde(default, borrow)]
    id: Word<'a>,
    #[serde(default, borrow)]
    name: Word<'a>,
    #[serde(default, borrow)]
    input: Option<&'a RawValue>,
    #[serde(default, borrow)]
    partial_json: Option<&'a RawValue>,
}

impl<'a> Block<'a> {
    /// What it says of the call with this number, if it does. Calls that the server runs itself are none.
    fn piece(&mut self, index: Option<u32>) -> Option<Piece<'a>> {
        if self.kind.0.as_deref() == Some("tool_use") {
            let (id, name, begins) = (self.id.0.take(), self.name.0.take(), Begins::Yes);
            return Some(Piece { index, id, name, arguments: self.input, begins, ..Piece::default() });
        }
        let arguments = Some(self.partial_json?);
        Some(Piece { index, arguments, begins: Begins::No, ..Piece::default() })
    }
}

#[derive(Deserialize)]
struct Start<'a> {
    #[serde(default, borrow)]
    usage: Option<&'a RawValue>,
}
