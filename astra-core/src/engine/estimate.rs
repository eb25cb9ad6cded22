//! An estimate of tokens, for models whose tokenizer is not at hand.

use crate::provider::{Content, Part};

/// What a message costs beside its text: its role and its borders.
pub(super) const MESSAGE_TOKENS: u32 = 4;
/// What an image costs at common sizes.
const IMAGE_TOKENS: u32 = 1_000;

/// About so many tokens: four ASCII characters make one, and each other character is one of its own.
#[must_use]
pub(super) fn estimate(text: &str) -> u32 {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    // The first byte of each.
    let others = text.bytes().filter(|byte| *byte >= 0b1100_0000).count();
    u32::try_from(ascii.div_ceil(4) + others).unwrap_or(u32::MAX)
}

/// The beginning of `text` that has about `tokens` tokens at the most.
#[must_use]
pub(super) fn clip(text: &str, tokens: u32) -> &str {
    // In quarters of a token, as `estimate` counts them.
    let mut left = u64::from(tokens) * 4;
    let end = text.char_indices().find_map(|(place, character)| {
        let rest = left.checked_sub(if character.is_ascii() { 1 } else { 4 });
        left = rest.unwrap_or_default();
        rest.is_none().then_some(place)
    });
    &text[..end.unwrap_or(text.len())]
}

/// As [`estimate`], of a whole message.
#[must_use]
pub(super) fn estimate_message(content: &Content) -> u32 {
    let inner = match content {
        Content::Text(text) => estimate(text),
        Content::Parts(parts) => parts.iter().fold(0, |sum: u32, part| {
            sum.saturating_add(match part {
                Part::Text { text } => estimate(text),
                Part::ImageUrl { .. } => IMAGE_TOKENS,
                Part::ToolCall(call) => estimate(&call.name).saturating_add(estimate(&call.arguments.text())),
                Part::ToolResult(result) => estimate(&result.content),
            })
        }),
    };
    inner.saturating_add(MESSAGE_TOKENS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_near_what_tokenizers_count() {
        assert_eq!(estimate(""), 0);
        assert_eq!(estimate("What is the capital of France?"), 8);
        assert_eq!(estimate("東京"), 2);
    }

    #[test]
    fn what_is_clipped_has_no_more_tokens_than_it_may() {
        assert_eq!(clip("What is the capital of France?", 3), "What is the ");
        assert_eq!(clip("東京 is the capital", 3), "東京 is ");
        assert_eq!((clip("short", 2), clip("short", 0), clip("", 5)), ("short", "", ""));
    }
}
