//! What was said as plain text.

use std::borrow::Cow;

use crate::provider::{Content, Part};

/// The texts of a message.
pub(super) fn plain(content: &Content) -> String {
    match content {
        Content::Text(text) => text.clone(),
        Content::Parts(parts) => {
            let texts = parts.iter().map(|part| match part {
                Part::Text { text } => Cow::Borrowed(text.as_str()),
                Part::ImageUrl { .. } => Cow::Borrowed("[image]"),
                Part::ToolCall(call) => format!("[calls {} with {}]", call.name, call.arguments.text()).into(),
                Part::ToolResult(result) => Cow::Borrowed(result.content.as_str()),
            });
            texts.collect::<Vec<_>>().join(" ")
        }
    }
}

/// Adds `paragraph` to `text`, an empty line apart.
pub(super) fn add_paragraph(text: &mut String, paragraph: &str) {
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(paragraph);
}
