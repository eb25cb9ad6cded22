//! Text from outside, made fit for one line of a log: what it says stays, what it does to a terminal does not. And text
//! folded, so that two writings of one name are compared as equal. And patterns of names.

mod fold;
mod pattern;

use std::borrow::Cow;
use std::fmt::Write as _;

pub use fold::fold;
pub use pattern::matches;

/// `bytes` in lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `text` with every control character, and every character that turns the direction of writing or breaks the line, written
/// as its number: `\u{1b}`.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) || !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut printable = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_unprintable(character) {
            // Writing to a string cannot fail.
            let _ = write!(printable, "\\u{{{:x}}}", u32::from(character));
        } else {
            printable.push(character);
        }
    }
    Cow::Owned(printable)
}

/// Whether a character does something instead of being seen: controls, line and paragraph separators, marks, embeddings,
/// overrides and isolates of bidirectional text (UAX 9).
#[must_use]
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// At most 512 characters and no control character among them: what a hostile request sent is not repeated at length.
#[must_use]
pub fn shorten(text: &str) -> String {
    shorten_to(text, 512)
}

/// The same with at most `count` characters; `…` follows them where there were more.
#[must_use]
pub fn shorten_to(text: &str, count: usize) -> String {
    let seen = |character| if is_unprintable(character) { '\u{FFFD}' } else { character };
    let short = text.chars().take(count).map(seen);
    let end = if text.chars().nth(count).is_some() { "…" } else { "" };
    short.chain(end.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_written_as_its_number_and_what_speaks_is_left() {
        for (text, printed) in [
            ("plain", "plain"),
            ("Grüße, 世界, שלום", "Grüße, 世界, שלום"),
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("a\nb\u{85}c\u{2028}", "a\\u{a}b\\u{85}c\\u{2028}"),
            ("user\u{202e}nimda\u{2066}", "user\\u{202e}nimda\\u{2066}"),
        ] {
            assert_eq!(printable(text), printed);
        }
    }

    #[test]
    fn what_was_sent_is_repeated_briefly_and_without_control_characters() {
        assert_eq!(shorten("query/a\u{0}b\u{1b}\u{202e}"), "query/a\u{fffd}b\u{fffd}\u{fffd}");
        assert_eq!(shorten(&"é".repeat(512)), "é".repeat(512));
        assert_eq!(shorten(&"é".repeat(513)), "é".repeat(512) + "…");
        assert_eq!((shorten_to("éa", 2), shorten_to("éab\u{0}", 2)), ("éa".to_owned(), "éa…".to_owned()));
    }
}
