//! Parts of a message on the wire: text and images.

use serde::Serialize;

use crate::provider::Part;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum WirePart<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: ImageUrl<'a> },
}

#[derive(Serialize)]
pub(super) struct ImageUrl<'a> {
    url: &'a str,
}

impl<'a> WirePart<'a> {
    /// A part of what is said; calls and results stand beside it.
    pub(super) fn of(part: &'a Part) -> Option<Self> {
        match part {
            Part::Text { text } => Some(Self::Text { text }),
            Part::ImageUrl { url } => Some(Self::ImageUrl { image_url: ImageUrl { url } }),
            Part::ToolCall(_) | Part::ToolResult(_) => None,
        }
    }
}
