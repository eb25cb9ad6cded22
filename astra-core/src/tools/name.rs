//! The names of tools, and the patterns that stand for several of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use crate::text::matches;

/// Longest name and longest pattern; all providers take names of this length.
pub const NAME_LENGTH_MAX: usize = 64;

/// What a host's tool cannot be called: tools that the gateway itself gives to a turn, and words that paths of the API have
/// in the place of a tool's name.
const RESERVED: [&str; 5] = ["approvals", "read_skill", "search_tools", "servers", "spawn_agent"];

/// The name of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(min_length = 1, max_length = 64, pattern = "^[a-zA-Z0-9_-]{1,64}$", example = "current_time")]
pub struct ToolName(pub String);

/// The name of a tool, or a pattern of names in which each `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(min_length = 1, max_length = 64, pattern = "^[a-zA-Z0-9_*-]{1,64}$", example = "crm_*")]
pub struct ToolPattern(pub String);

/// Why `name` cannot be the name of a tool, if it cannot.
#[must_use]
pub fn name_fault(name: &str) -> Option<&'static str> {
    if !is_made_of(name, |_| false) {
        return Some("is no name: use 1 to 64 letters (a-z, A-Z), digits, _ and -");
    }
    RESERVED.contains(&name).then_some("is reserved: choose another name")
}

/// Why `pattern` is neither a name nor a pattern, if it is none.
#[must_use]
pub fn pattern_fault(pattern: &str) -> Option<&'static str> {
    let is_good = is_made_of(pattern, |letter| letter == b'*');
    (!is_good)
        .then_some("is no name and no pattern: use 1 to 64 letters (a-z, A-Z), digits, _ and -, and * for any text")
}

/// Whether `text` stands for several names.
#[must_use]
pub fn is_pattern(text: &str) -> bool {
    text.contains('*')
}

fn is_made_of(text: &str, or: impl Fn(u8) -> bool) -> bool {
    let is_good = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-') || or(letter);
    (1..=NAME_LENGTH_MAX).contains(&text.len()) && text.bytes().all(is_good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_patterns_are_letters_that_all_providers_take() {
        for good in ["a", "A-b_9", &"a".repeat(64)] {
            assert!(name_fault(good).is_none() && pattern_fault(good).is_none(), "{good}");
        }
        for bad in ["", "a.b", "a b", "ä", "a\0", "a/b", &"a".repeat(65)] {
            assert!(name_fault(bad).is_some() && pattern_fault(bad).is_some(), "{bad}");
        }
        assert!(name_fault("a*").is_some() && pattern_fault("a*").is_none() && name_fault("search_tools").is_some());
    }
}
