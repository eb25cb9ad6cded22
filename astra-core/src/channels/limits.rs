//! What a platform bounds.

use std::time::Duration;

/// What a platform bounds, from its documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest text of a part, in `unit`, as [`super::Platform::length`] counts it.
    pub text_max: usize,
    /// What is counted.
    pub unit: Unit,
    /// The time that must pass between two requests in one conversation; zero if the platform has no such bound.
    pub conversation_pause: Duration,
    /// The time between two edits of a part that grows; `None` if parts cannot be edited, or each edit notifies people.
    /// Answers are sent when they are whole then.
    pub edit_pause: Option<Duration>,
    /// How long a typing indicator is seen; it is sent again a second before that. `None` if there is none.
    pub typing: Option<Duration>,
    /// Whether the platform recognises a part that comes twice by [`super::Outgoing::id`], so that one whose answer was
    /// lost can be sent again.
    pub takes_twice: bool,
}

/// What a text's length is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode code points.
    Characters,
    /// Code units of UTF-16: an emoji has two or more.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
}

impl Unit {
    /// The length of `text`.
    #[must_use]
    pub fn length(self, text: &str) -> usize {
        match self {
            Self::Characters => text.chars().count(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Bytes => text.len(),
        }
    }
}
