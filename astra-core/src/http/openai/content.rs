//! What is said, in OpenAI's form: more lenient than the gateway's own, since these clients are written for another server.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::content::{Content, Part};

/// The content: a text, or a list of parts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ChatCompletionContent {
    /// A text.
    Text(ChatCompletionText),
    /// Texts and images, in order.
    Parts(ChatCompletionParts),
}

/// A text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(max_length = 1_048_576, pattern = r"^[^\x00]*$", example = "What is the capital of France?")]
pub struct ChatCompletionText(pub String);

/// Texts and images, in order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(max_items = 64)]
pub struct ChatCompletionParts(pub Vec<ChatCompletionPart>);

/// A part of a message, in OpenAI's format.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChatCompletionPart {
    /// A text.
    Text {
        /// The text.
        #[schema(max_length = 1_048_576, pattern = r"^[^\x00]*$", example = "What is on this picture?")]
        text: String,
        /// All else that clients may send, such as `cache_control`.
        #[serde(flatten)]
        others: Map<String, Value>,
    },
    /// An image.
    ImageUrl {
        /// The image.
        image_url: ChatCompletionImageUrl,
        /// All else that clients may send, such as `cache_control`.
        #[serde(flatten)]
        others: Map<String, Value>,
    },
    /// What the model said instead of an answer.
    Refusal {
        /// The text.
        #[schema(max_length = 524_288, pattern = r"^[^\x00]*$", example = "I cannot help with that.")]
        refusal: String,
        /// All else that clients may send.
        #[serde(flatten)]
        others: Map<String, Value>,
    },
}

/// The image. A URL is fetched by the provider, never by the gateway.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionImageUrl {
    /// An `https:` URL, or the image itself as a `data:` URL.
    #[schema(
        min_length = 1,
        max_length = 1_048_576,
        pattern = r"^(https?://|data:image/)[!-~]+$",
        example = "https://images.example/cat.png"
    )]
    pub url: String,
    /// `auto`, `low` or `high`; taken, without effect.
    #[schema(max_length = 16, example = "auto")]
    pub detail: Option<String>,
    /// All else that clients may send.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

impl ChatCompletionContent {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(ChatCompletionText(text)) => text.is_empty(),
            Self::Parts(ChatCompletionParts(parts)) => parts.is_empty(),
        }
    }
}

impl From<ChatCompletionContent> for Content {
    fn from(content: ChatCompletionContent) -> Self {
        match content {
            ChatCompletionContent::Text(ChatCompletionText(text)) => Self::Text(text),
            ChatCompletionContent::Parts(ChatCompletionParts(parts)) => {
                Self::Parts(parts.into_iter().map(Part::from).collect())
            }
        }
    }
}

impl From<ChatCompletionPart> for Part {
    fn from(part: ChatCompletionPart) -> Self {
        match part {
            ChatCompletionPart::Text { text, .. } | ChatCompletionPart::Refusal { refusal: text, .. } => {
                Self::Text { text }
            }
            ChatCompletionPart::ImageUrl { image_url, .. } => Self::ImageUrl { url: image_url.url },
        }
    }
}
