//! What is said, on the wire: a text, or parts of text and images.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::content::{Content, Part};

/// The content: a text, or a list of parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum MessageContent {
    /// A text.
    Text(MessageText),
    /// Texts and images, in order.
    Parts(MessageParts),
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(min_length = 1, max_length = 1_048_576, pattern = r"^[^\x00]*$", example = "What is the capital of France?")]
pub struct MessageText(pub String);

/// Texts and images, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(min_items = 1, max_items = 64)]
pub struct MessageParts(pub Vec<MessagePart>);

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MessagePart {
    /// A text.
    Text {
        /// The text.
        #[schema(
            min_length = 1,
            max_length = 1_048_576,
            pattern = r"^[^\x00]*$",
            example = "What is on this picture?"
        )]
        text: String,
    },
    /// An image.
    ImageUrl {
        /// The image.
        image_url: ImageUrl,
    },
}

/// The image. A URL is fetched by the provider, never by the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageUrl {
    /// An `https:` URL, or the image itself as a `data:` URL.
    #[schema(
        min_length = 1,
        max_length = 1_048_576,
        pattern = r"^(https?://|data:image/)[!-~]+$",
        example = "https://images.example/cat.png"
    )]
    pub url: String,
}

impl From<MessageContent> for Content {
    fn from(content: MessageContent) -> Self {
        match content {
            MessageContent::Text(MessageText(text)) => Self::Text(text),
            MessageContent::Parts(MessageParts(parts)) => Self::Parts(parts.into_iter().map(Part::from).collect()),
        }
    }
}

impl From<MessagePart> for Part {
    fn from(part: MessagePart) -> Self {
        match part {
            MessagePart::Text { text } => Self::Text { text },
            MessagePart::ImageUrl { image_url } => Self::ImageUrl { url: image_url.url },
        }
    }
}

impl From<Content> for MessageContent {
    fn from(content: Content) -> Self {
        match content {
            Content::Text(text) => Self::Text(MessageText(text)),
            Content::Parts(parts) if parts.iter().any(Part::is_of_tool) => Self::Text(MessageText(told(&parts))),
            Content::Parts(parts) => Self::Parts(MessageParts(parts.into_iter().map(MessagePart::from).collect())),
        }
    }
}

impl From<Part> for MessagePart {
    fn from(part: Part) -> Self {
        match part {
            Part::Text { text } => Self::Text { text },
            Part::ImageUrl { url } => Self::ImageUrl { image_url: ImageUrl { url } },
            tool => Self::Text { text: told(&[tool]) },
        }
    }
}

/// What was said with calls of tools and their results, as text: callers send no such parts.
pub(super) fn told(parts: &[Part]) -> String {
    let line = |part: &Part| match part {
        Part::Text { text } => text.clone(),
        Part::ImageUrl { .. } => "[image]".to_owned(),
        Part::ToolCall(call) => format!("[calls {} with {}]", call.name, call.arguments.text()),
        Part::ToolResult(result) if result.content.is_empty() => "[no result]".to_owned(),
        Part::ToolResult(result) => result.content.clone(),
    };
    parts.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn calls_and_results_are_shown_as_text_and_not_taken() {
        let call = json!({"type": "tool_call", "id": "a", "name": "look", "arguments": {"city": "Rome"}});
        let result = json!({"type": "tool_result", "call_id": "a", "content": ""});
        let text = json!({"type": "text", "text": "I will look."});
        for (parts, expected) in [
            (json!([text, call]), "I will look.\n[calls look with {\"city\":\"Rome\"}]"),
            (json!([result]), "[no result]"),
        ] {
            assert!(serde_json::from_value::<MessageContent>(parts.clone()).is_err(), "{parts}");
            let shown = MessageContent::from(Content::Parts(serde_json::from_value(parts).unwrap()));
            assert_eq!(shown, MessageContent::Text(MessageText(expected.to_owned())));
        }
    }
}
