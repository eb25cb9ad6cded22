//! Text from outside, made fit for one line of a log: what it says stays, what it does to a terminal does not.

use std::borrow::Cow;
use std::fmt::Write as _;

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
}
