//! What the sides of a conversation say to each other. The store keeps it and the providers send it, so it lies below both.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Most bytes of a caller's own data on a session, a turn or an agent, as JSON: it comes with each row of a list.
pub const METADATA_BYTES_MAX: usize = 16 << 10;

/// Whether `metadata` is larger than a caller's own data may be.
#[must_use]
pub fn is_too_large(metadata: &Map<String, Value>) -> bool {
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
    !metadata.is_empty() && (serde_json::to_writer(&mut count, metadata).is_err() || count.0 > METADATA_BYTES_MAX)
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
    /// Text and images.
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

    /// The length of its texts and URLs.
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
    /// Whether nothing is said: no image, and no text but white space.
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
            Self::ImageUrl { .. } => None,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Text { text } => text.len(),
            Self::ImageUrl { url } => url.len(),
        }
    }
}
