//! The body of a request, written straight from the borrowed conversation. System messages stand apart here, and the
//! length of the answer must be limited.

use serde::Serialize;

use crate::provider::error::{Error, Kind};
use crate::provider::models;
use crate::provider::{Content, Message, Part, Request, Role};

/// The limit of answers of a model that is not in the table.
const MAX_TOKENS: u32 = 4_096;
/// What is asked for when nobody sets a limit: more than any chat needs, less than a runaway answer costs.
const MAX_TOKENS_UNASKED: u32 = 8_192;

/// The JSON of `request` to `model`. Temperatures end at 1 here; a higher one is sent as 1.
pub(super) fn body(model: &str, request: Request<'_>, stream: bool) -> Result<Vec<u8>, Error> {
    let (system, others): (Vec<&Message>, Vec<&Message>) =
        request.messages.iter().partition(|message| message.role == Role::System);
    let known = models::find("anthropic", model).map_or(MAX_TOKENS, |known| known.max_output_tokens);
    let question = Question {
        model,
        max_tokens: request.max_output_tokens.unwrap_or(known.min(MAX_TOKENS_UNASKED)),
        system: system.into_iter().flat_map(blocks).collect(),
        messages: others.into_iter().map(WireMessage::from).filter(|message| !message.content.is_empty()).collect(),
        temperature: request.temperature.map(|temperature| temperature.min(1.0)),
        stream,
    };
    serde_json::to_vec(&question)
        .map_err(|fault| Error::new(Kind::Refused(400), format!("the request is not JSON: {fault}")))
}

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<Block<'a>>,
    messages: Vec<WireMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: &'static str,
    content: Vec<Block<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text { text: &'a str },
    Image { source: Source<'a> },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Source<'a> {
    Url { url: &'a str },
    Base64 { media_type: &'a str, data: &'a str },
}

impl<'a> From<&'a Message> for WireMessage<'a> {
    fn from(message: &'a Message) -> Self {
        let role = if message.role == Role::Assistant { "assistant" } else { "user" };
        Self { role, content: blocks(message) }
    }
}

/// The blocks of a message; empty ones would be refused.
fn blocks(message: &Message) -> Vec<Block<'_>> {
    let text = |text: &'_ str| !text.trim().is_empty();
    match &message.content {
        Content::Text(whole) if text(whole) => vec![Block::Text { text: whole }],
        Content::Text(_) => Vec::new(),
        Content::Parts(parts) => parts.iter().filter(|part| part.text().is_none_or(text)).map(block).collect(),
    }
}

fn block(part: &Part) -> Block<'_> {
    match part {
        Part::Text { text } => Block::Text { text },
        Part::ImageUrl { url } => Block::Image { source: source(url) },
    }
}

/// `data:image/png;base64,...` is taken apart; any other URL the provider fetches itself.
fn source(url: &str) -> Source<'_> {
    match url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")) {
        Some((media_type, data)) => Source::Base64 { media_type, data },
        None => Source::Url { url },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn message(role: Role, text: &str) -> Message {
        Message { role, content: Content::Text(text.into()) }
    }

    fn sent(model: &str, request: Request<'_>) -> Value {
        serde_json::from_slice(&body(model, request, true).unwrap()).unwrap()
    }

    #[test]
    fn the_body_is_what_the_protocol_says() {
        let image = |url: &str| Part::ImageUrl { url: url.into() };
        let parts =
            vec![image("data:image/png;base64,iVBOR"), image("https://e.org/a.png"), Part::Text { text: " ".into() }];
        let messages = [
            message(Role::System, "Be brief."),
            message(Role::User, "hello"),
            message(Role::Assistant, ""),
            Message { role: Role::User, content: Content::Parts(parts) },
        ];
        let request = Request { messages: &messages, temperature: Some(1.5), max_output_tokens: Some(9) };
        let expected = json!({
            "model": "claude",
            "max_tokens": 9,
            "system": [{"type": "text", "text": "Be brief."}],
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "hello"}]},
                {"role": "user", "content": [
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBOR"}},
                    {"type": "image", "source": {"type": "url", "url": "https://e.org/a.png"}},
                ]},
            ],
            "temperature": 1.0,
            "stream": true,
        });
        assert_eq!(sent("claude", request), expected);
    }

    #[test]
    fn the_answer_is_always_limited() {
        let request = Request { messages: &[], temperature: None, max_output_tokens: None };
        assert_eq!(sent("unheard-of", request)["max_tokens"], MAX_TOKENS);
        assert_eq!(sent("claude-sonnet-4-5", request)["max_tokens"], MAX_TOKENS_UNASKED);
    }
}
