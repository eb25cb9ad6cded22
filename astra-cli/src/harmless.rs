//! Texts of others as they may be shown in a terminal: without what steers it, and without what turns the direction of
//! writing, so that a line reads as what it is.

use std::borrow::Cow;

/// What this program itself steers a terminal with: bold, dim, red, yellow, and back.
const OWN_STYLES: [&str; 5] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[1;31m", "\u{1b}[1;33m"];

/// `text` without control characters but line feeds, tabs and this program's own styles, and without characters that
/// change the direction of writing.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    filtered(text, &OWN_STYLES)
}

/// As [`harmless`], without any style.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    filtered(text, &[])
}

fn filtered<'t>(text: &'t str, styles: &[&str]) -> Cow<'t, str> {
    if !text.chars().any(is_harmful) {
        return Cow::from(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let style = styles.iter().find(|style| rest.starts_with(**style));
        let (piece, after) = rest.split_at(style.map_or(letter.len_utf8(), |style| style.len()));
        if style.is_some() || !is_harmful(letter) {
            kept.push_str(piece);
        }
        rest = after;
    }
    Cow::from(kept)
}

/// `text` on one line, for a column of a table.
pub(crate) fn on_one_line(text: &str) -> String {
    text.chars()
        .filter(|letter| !turns_direction(*letter))
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

fn is_harmful(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t') || turns_direction(letter)
}

/// The characters of bidirectional control (UAX #9), and the separators of lines and paragraphs.
pub(crate) const fn turns_direction(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_left_out_and_own_styles_stay() {
        for (text, shown) in [
            ("plain\n\ttext", "plain\n\ttext"),
            ("a\u{1b}]0;title\u{7}b", "a]0;titleb"),
            ("a\rb\u{9b}31mc\u{7f}", "ab31mc"),
            ("user\u{202e}txt.exe\u{2066}", "usertxt.exe"),
            ("\u{1b}[1;31merror:\u{1b}[0m \u{1b}[5mx", "\u{1b}[1;31merror:\u{1b}[0m [5mx"),
        ] {
            assert_eq!(harmless(text), shown, "{text:?}");
        }
        assert_eq!(on_one_line("a\tb\n\u{202e}c"), "a b c");
    }
}
