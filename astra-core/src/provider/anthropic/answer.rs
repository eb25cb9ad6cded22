//! Answers and events. Events are told apart by the `type` in their data, which equals the event's name.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use crate::provider::chunks::{self, cut, malformed};
use crate::provider::error::{Error, Kind};
use crate::provider::upstream::Upstream;
use crate::provider::{Chunk, Completion, FinishReason, Usage};

/// Reads a whole answer.
pub(super) fn read(body: &[u8], upstream: &Upstream) -> Result<Completion, Error> {
    let answer: Answer = serde_json::from_slice(body).map_err(|fault| malformed(&fault))?;
    if let Some(error) = answer.error {
        return Err(upstream.late_error(kind_of(&error), &error));
    }
    let blocks = answer.content.ok_or_else(|| Error::new(Kind::Malformed, "the provider's answer has no content"))?;
    Ok(Completion {
        content: blocks.into_iter().filter_map(|block| block.text).collect(),
        finish_reason: answer.stop_reason.as_deref().map_or(FinishReason::Stop, finish_reason),
        usage: answer.usage.map(|counted| counted.upon(Usage::default())),
    })
}

/// Reads the events of a streamed answer.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    usage: Usage,
    has_finished: bool,
    is_done: bool,
}

impl chunks::Decoder for Decoder {
    fn event(&mut self, data: &[u8], upstream: &Upstream, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        let event: Event<'_> = serde_json::from_slice(data).map_err(|fault| malformed(&fault))?;
        match event.kind.as_ref() {
            "content_block_delta" => {
                let text = event.delta.and_then(|delta| delta.text).filter(|text| !text.is_empty());
                chunks.extend(text.map(Chunk::Content));
            }
            "message_start" => self.count(event.message.and_then(|message| message.usage), chunks),
            "message_delta" => {
                if let Some(reason) = event.delta.and_then(|delta| delta.stop_reason) {
                    self.finish(finish_reason(&reason), chunks);
                }
                self.count(event.usage, chunks);
            }
            "message_stop" => self.is_done = true,
            "error" => {
                let error = event.error.unwrap_or_default();
                return Err(upstream.late_error(kind_of(&error), &error));
            }
            // ping, the borders of blocks, and what is yet to be invented
            _ => {}
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.is_done
    }

    fn end(&mut self, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        if !self.is_done && !self.has_finished {
            return Err(cut());
        }
        self.finish(FinishReason::Stop, chunks);
        Ok(())
    }
}

impl Decoder {
    fn count(&mut self, counted: Option<WireUsage>, chunks: &mut Vec<Chunk>) {
        if let Some(counted) = counted {
            self.usage = counted.upon(self.usage);
            chunks.push(Chunk::Usage(self.usage));
        }
    }

    fn finish(&mut self, reason: FinishReason, chunks: &mut Vec<Chunk>) {
        if !std::mem::replace(&mut self.has_finished, true) {
            chunks.push(Chunk::Finish(reason));
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    content: Option<Vec<Block>>,
    stop_reason: Option<String>,
    usage: Option<WireUsage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Block {
    text: Option<String>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    delta: Option<Delta>,
    message: Option<Start>,
    usage: Option<WireUsage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Delta {
    text: Option<String>,
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct Start {
    usage: Option<WireUsage>,
}

/// What is cached counts as input as well, and stands beside it.
#[derive(Deserialize)]
struct WireUsage {
    input_tokens: Option<u32>,
    cache_creation_input_tokens: Option<u32>,
    cache_read_input_tokens: Option<u32>,
    output_tokens: Option<u32>,
}

impl WireUsage {
    /// The counts as they are now, if they were `before`: events tell what has changed.
    fn upon(&self, before: Usage) -> Usage {
        let input = [self.input_tokens, self.cache_creation_input_tokens, self.cache_read_input_tokens];
        let input_tokens = input.into_iter().flatten().fold(0, u32::saturating_add);
        Usage {
            input_tokens: before.input_tokens.max(input_tokens),
            output_tokens: self.output_tokens.unwrap_or(before.output_tokens),
        }
    }
}

fn finish_reason(text: &str) -> FinishReason {
    match text {
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "refusal" => FinishReason::ContentFilter,
        _ => FinishReason::Stop,
    }
}

fn kind_of(error: &Value) -> Kind {
    match error.get("type").and_then(Value::as_str).unwrap_or_default() {
        "rate_limit_error" => Kind::RateLimited(None),
        "authentication_error" | "permission_error" => Kind::Key,
        "invalid_request_error" => Kind::Refused(400),
        "not_found_error" => Kind::Refused(404),
        "request_too_large" => Kind::Refused(413),
        "overloaded_error" => Kind::Server(529, None),
        "timeout_error" => Kind::Server(504, None),
        _ => Kind::Server(500, None),
    }
}
