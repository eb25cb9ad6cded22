//! Answers and events, read leniently: servers leave out usage, finish reasons and whole fields, or send them null.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
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
    let choice = answer.choices.unwrap_or_default().into_iter().next();
    let choice = choice.ok_or_else(|| Error::new(Kind::Malformed, "the provider's answer has no choices"))?;
    Ok(Completion {
        content: choice.message.unwrap_or_default().content.unwrap_or_default().0,
        finish_reason: choice.finish_reason.as_deref().and_then(finish_reason).unwrap_or(FinishReason::Stop),
        usage: answer.usage.and_then(WireUsage::counted),
    })
}

/// Reads the events of a streamed answer.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    has_finished: bool,
    is_done: bool,
}

impl chunks::Decoder for Decoder {
    fn event(&mut self, data: &[u8], upstream: &Upstream, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        let data = data.trim_ascii();
        if data == b"[DONE]" {
            self.is_done = true;
            return Ok(());
        }
        let event: Event = serde_json::from_slice(data).map_err(|fault| malformed(&fault))?;
        if let Some(error) = event.error {
            return Err(upstream.late_error(kind_of(&error), &error));
        }
        if let Some(choice) = event.choices.unwrap_or_default().into_iter().next() {
            let text = choice.delta.unwrap_or_default().content.unwrap_or_default().0;
            if !text.is_empty() {
                chunks.push(Chunk::Content(text));
            }
            if let Some(reason) = choice.finish_reason.as_deref().and_then(finish_reason) {
                self.finish(reason, chunks);
            }
        }
        chunks.extend(event.usage.and_then(WireUsage::counted).map(Chunk::Usage));
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
    fn finish(&mut self, reason: FinishReason, chunks: &mut Vec<Chunk>) {
        if !std::mem::replace(&mut self.has_finished, true) {
            chunks.push(Chunk::Finish(reason));
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    choices: Option<Vec<Choice>>,
    usage: Option<WireUsage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    message: Option<Said>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    choices: Option<Vec<Delta>>,
    usage: Option<WireUsage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Delta {
    delta: Option<Said>,
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct Said {
    content: Option<Text>,
}

#[derive(Deserialize)]
struct WireUsage {
    prompt_tokens: Option<u32>,
    completion_tokens: Option<u32>,
}

impl WireUsage {
    /// `None` if the server only left room for it.
    fn counted(self) -> Option<Usage> {
        if self.prompt_tokens.is_none() && self.completion_tokens.is_none() {
            return None;
        }
        let (input_tokens, output_tokens) = (self.prompt_tokens, self.completion_tokens);
        Some(Usage { input_tokens: input_tokens.unwrap_or(0), output_tokens: output_tokens.unwrap_or(0) })
    }
}

/// Text, or a list of parts of which those of text count: reasoning models of Mistral answer so.
#[derive(Default)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("text or a list of parts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Text, E> {
        Ok(Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Text, A::Error> {
        let mut whole = String::new();
        while let Some(Text(part)) = parts.next_element()? {
            whole.push_str(&part);
        }
        Ok(Text(whole))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut part: A) -> Result<Text, A::Error> {
        let mut text = String::new();
        while let Some(key) = part.next_key::<String>()? {
            if key == "text" {
                text = part.next_value()?;
            } else {
                part.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Text(text))
    }
}

fn finish_reason(text: &str) -> Option<FinishReason> {
    match text {
        "" => None,
        "length" | "max_tokens" | "model_length" => Some(FinishReason::Length),
        "content_filter" | "safety" => Some(FinishReason::ContentFilter),
        _ => Some(FinishReason::Stop),
    }
}

/// What an error in the answer itself means, by its code, which is a status, a number in a string, or a word.
fn kind_of(error: &Value) -> Kind {
    let word = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
    let code = error.get("code").and_then(Value::as_u64).or_else(|| word("code").parse().ok());
    let words = format!("{} {}", word("type"), word("code"));
    match code.and_then(|code| u16::try_from(code).ok()) {
        Some(429) => Kind::RateLimited(None),
        Some(401 | 403) => Kind::Key,
        Some(status @ 400..=499) => Kind::Refused(status),
        Some(status @ 500..=599) => Kind::Server(status, None),
        _ if words.contains("rate_limit") || words.contains("quota") => Kind::RateLimited(None),
        _ if words.contains("invalid_request") => Kind::Refused(400),
        _ => Kind::Server(500, None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_within_an_answer_are_told_apart() {
        assert_eq!(kind_of(&json!({"code": 429})), Kind::RateLimited(None));
        assert_eq!(kind_of(&json!({"code": "503"})), Kind::Server(503, None));
        assert_eq!(kind_of(&json!({"code": "insufficient_quota"})), Kind::RateLimited(None));
        assert_eq!(kind_of(&json!({"type": "invalid_request_error", "code": null})), Kind::Refused(400));
        assert_eq!(kind_of(&json!("boom")), Kind::Server(500, None));
    }

    #[test]
    fn parts_are_joined() {
        let said: Said = serde_json::from_value(
            json!({"content": [{"type": "thinking", "thinking": [{"text": "hm"}]}, {"type": "text", "text": "a"}, "b"]}),
        )
        .unwrap();
        assert_eq!(said.content.unwrap().0, "ab");
    }
}
