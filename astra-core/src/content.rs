//! What the sides of a conversation say to each other. The store keeps it and the providers send it, so it lies below both.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Most bytes of a caller's own data on a session, a turn or an agent, as JSON: it comes with each row of a list.
pub const METADATA_BYTES_MAX: usize = 16 << 10;

/// What begins and ends the block of recalled memory that stands before a question in a prompt.
pub const MEMORY_BEGIN: &str = "<memory>\n";
/// See [`MEMORY_BEGIN`].
pub const MEMORY_END: &str = "\n</memory>";

/// What a user has said, without the block of recalled memory before it.
#[must_use]
pub fn without_memory(text: &str) -> &str {
    let block = text.strip_prefix(MEMORY_BEGIN).and_then(|rest| rest.split_once(MEMORY_END));
    block.map_or(text, |(_, said)| said.trim_start_matches('\n'))
}

/// Whether `metadata` is larger than a caller's own data may be.
#[must_use]
pub fn is_too_large(metadata: &Map<String, Value>) -> bool {
    !metadata.is_empty() && json_bytes(metadata) > METADATA_BYTES_MAX
}

/// The length of `object` as JSON.
pub(crate) fn json_bytes(object: &Map<String, Value>) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    serde_json::to_writer(&mut count, object).map_or(usize::MAX, |()| count.0)
}

/// The author of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
    /// A tool's result.
    Tool,
}

/// The content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Text alone.
    Text(String),
    /// Text and images; calls of tools and their results.
    Parts(Vec<Part>),
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// An image.
    ImageUrl {
        /// `https:` or `data:` URL of the image.
        url: String,
    },
    /// The model calls a tool; in messages of the role `assistant`.
    ToolCall(ToolCall),
    /// What a tool answered; in messages of the role `tool`.
    ToolResult(ToolResult),
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The id that the provider gave to the call, or the gateway if the provider gave none; unique in its answer.
    pub id: String,
    /// The tool's name, as the model wrote it: it may be the name of no tool.
    pub name: String,
    /// What the tool is called with.
    pub arguments: Arguments,
    /// What the provider added to the call and wants back with it, such as the signature of a thought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<Value>,
}

/// What a tool answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolResult {
    /// The id of the call.
    pub call_id: String,
    /// The answer, which may be empty; if the tool failed, why.
    pub content: String,
    /// Whether the tool failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_error: bool,
}

/// What a tool is called with. In JSON it is an object, or a text if the model wrote something else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arguments {
    /// A JSON object; whether it fits the tool's schema is not known here.
    Object(Map<String, Value>),
    /// What the model wrote, as it is no JSON object.
    Text(String),
}

impl Arguments {
    /// The arguments in `text`, which is kept as it is if it is no JSON object.
    #[must_use]
    pub fn parse(text: String) -> Self {
        serde_json::from_str(&text).map_or(Self::Text(text), Self::Object)
    }

    /// The JSON object.
    ///
    /// # Errors
    /// Why it is none, for the model: what is wrong, and where.
    pub fn object(&self) -> std::result::Result<&Map<String, Value>, String> {
        let text = match self {
            Self::Object(object) => return Ok(object),
            Self::Text(text) => text,
        };
        let fault = match serde_json::from_str::<Value>(text) {
            Err(fault) => fault.to_string(),
            Ok(Value::Array(_)) => "they are an array".to_owned(),
            Ok(_) => "they are a single value".to_owned(),
        };
        Err(format!("the arguments are not a JSON object: {fault}"))
    }

    /// As text: JSON, or what the model wrote.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Object(object) => Cow::Owned(serde_json::to_string(object).unwrap_or_default()),
            Self::Text(text) => Cow::Borrowed(text),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Object(object) => json_bytes(object),
            Self::Text(text) => text.len(),
        }
    }
}

impl Content {
    /// Appends what the same side said next. Texts stand apart as paragraphs, parts as parts.
    pub fn append(&mut self, more: Self) {
        match (&mut *self, more) {
            (Self::Text(text), Self::Text(more)) => {
                if !text.is_empty() && !more.is_empty() {
                    text.push_str("\n\n");
                }
                text.push_str(&more);
            }
            (_, more) => {
                let mut parts = std::mem::replace(self, Self::Parts(Vec::new())).into_parts();
                parts.extend(more.into_parts());
                *self = Self::Parts(parts);
            }
        }
    }

    /// As parts; no text is no part.
    fn into_parts(self) -> Vec<Part> {
        match self {
            Self::Text(text) if text.is_empty() => Vec::new(),
            Self::Text(text) => vec![Part::Text { text }],
            Self::Parts(parts) => parts,
        }
    }

    /// Its texts, each in lines of its own: no image, no call, no result.
    #[must_use]
    pub fn texts(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Parts(parts) => parts.iter().filter_map(Part::text).collect::<Vec<_>>().join("\n").into(),
        }
    }

    /// The length of its texts, URLs, calls and results.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Parts(parts) => parts.iter().map(|part| part.bytes()).sum(),
        }
    }
}

/// `text` without NULs, which not every store can keep: U+FFFD stands in for them.
#[must_use]
pub fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

impl Content {
    /// Whether nothing is said: no image, no call, no result, and no text but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Parts(parts) => parts.iter().all(|part| part.text().is_some_and(|text| text.trim().is_empty())),
        }
    }
}

impl Part {
    /// The text, of a part that is text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::ImageUrl { .. } | Self::ToolCall(_) | Self::ToolResult(_) => None,
        }
    }

    /// Whether it is the call of a tool or a tool's result.
    #[must_use]
    pub const fn is_of_tool(&self) -> bool {
        matches!(self, Self::ToolCall(_) | Self::ToolResult(_))
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Text { text } => text.len(),
            Self::ImageUrl { url } => url.len(),
            Self::ToolCall(call) => call.id.len() + call.name.len() + call.arguments.bytes(),
            Self::ToolResult(result) => result.call_id.len() + result.content.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(part: &Part, expected: &Value) {
        let json = serde_json::to_value(part).unwrap();
        assert_eq!(json, *expected);
        assert_eq!(serde_json::from_value::<Part>(json).unwrap(), *part);
    }

    #[test]
    fn calls_and_results_are_kept_as_they_are() {
        let call = |arguments: &str, extra: Option<Value>| {
            let arguments = Arguments::parse(arguments.to_owned());
            Part::ToolCall(ToolCall { id: "a".into(), name: "look".into(), arguments, extra })
        };
        let object = json!({"type": "tool_call", "id": "a", "name": "look", "arguments": {"z": 1, "a": ["\u{0}"]}});
        kept(&call(r#"{"z": 1, "a": ["\u0000"]}"#, None), &object);
        for text in [r#"{"z": 1"#, "[1]", "5", r#""{}""#, ""] {
            kept(&call(text, None), &json!({"type": "tool_call", "id": "a", "name": "look", "arguments": text}));
        }
        let extra = json!({"google": {"thought_signature": "x"}});
        let with_extra = json!({"type": "tool_call", "id": "a", "name": "look", "arguments": {}, "extra": extra});
        kept(&call("{}", Some(extra)), &with_extra);
        let result = |is_error| Part::ToolResult(ToolResult { call_id: "a".into(), content: "seen".into(), is_error });
        kept(&result(false), &json!({"type": "tool_result", "call_id": "a", "content": "seen"}));
        kept(&result(true), &json!({"type": "tool_result", "call_id": "a", "content": "seen", "is_error": true}));
    }

    #[test]
    fn what_is_no_object_says_why_without_repeating_it() {
        let fault = |text: &str| Arguments::parse(text.to_owned()).object().unwrap_err();
        assert!(fault("{\"a\": ").ends_with("EOF while parsing a value at line 1 column 6"), "{}", fault("{\"a\": "));
        assert!(fault("[1]").ends_with("they are an array") && fault("5").ends_with("they are a single value"));
        assert!(!fault("\"secret\"").contains("secret") && !fault("secret").contains("secret"));
        assert!(fault(&"[".repeat(100_000)).contains("recursion limit"));
        assert_eq!(Arguments::parse("{\"a\": 1}".to_owned()).object().unwrap()["a"], 1);
    }
}
