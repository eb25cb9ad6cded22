//! JSON as model servers write it: with raw control characters, halves of characters, bytes that are no UTF-8, `NaN`.
//! What is well-formed is read as it is; the rest is mended first.

use std::borrow::Cow;

use serde::Deserialize;

/// Most bytes that are mended. An answer of this size is none of a model's.
const MENDED_BYTES_MAX: usize = 4 << 20;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// What a half of a character becomes while its JSON is read, from U+10D800 to U+10DFFF: characters for private use,
/// which mean nothing in an answer. A byte that is no UTF-8 becomes the half U+DC00 and its value.
const STAND_INS: u32 = 0x10_0000;

/// Reads `data`; `mended` holds what was mended for it. Answers too whether that was needed: then texts may hold stand-ins
/// for halves of characters, which a [`Joiner`] takes away.
///
/// # Errors
/// If it is no JSON, or not of the type.
pub(in crate::provider) fn read<'a, T: Deserialize<'a>>(
    data: &'a [u8],
    mended: &'a mut Vec<u8>,
) -> Result<(T, bool), serde_json::Error> {
    match serde_json::from_slice(data) {
        Ok(value) => Ok((value, false)),
        Err(fault) if data.len() > MENDED_BYTES_MAX => Err(fault),
        Err(_) => {
            *mended = mend(data);
            Ok((serde_json::from_slice(mended)?, true))
        }
    }
}

/// `text` with U+FFFD in place of each stand-in.
pub(in crate::provider) fn whole_characters(text: &str) -> Cow<'_, str> {
    let is_stand_in = |letter: char| half_of(letter).is_some();
    if text.contains(is_stand_in) { Cow::Owned(text.replace(is_stand_in, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// Puts halves of characters together, also over the borders of texts that follow each other.
#[derive(Debug, Default)]
pub(super) struct Joiner {
    /// The first half of a pair.
    first: Option<u32>,
    /// The beginning of a character in UTF-8: three bytes at most.
    bytes: Vec<u8>,
}

impl Joiner {
    /// The next text; what is not whole yet comes with a later one.
    pub(super) fn next(&mut self, text: String, is_mended: bool) -> String {
        if text.is_empty() || !is_mended && self.is_empty() {
            return text;
        }
        let mut whole = String::with_capacity(text.len());
        if is_mended {
            text.chars().for_each(|letter| self.take(letter, &mut whole));
        } else {
            self.give_up(&mut whole);
            whole.push_str(&text);
        }
        whole
    }

    /// What is left when no text follows: U+FFFD for a half that stayed alone.
    pub(super) fn end(&mut self) -> String {
        let mut rest = String::new();
        self.give_up(&mut rest);
        rest
    }

    fn is_empty(&self) -> bool {
        self.first.is_none() && self.bytes.is_empty()
    }

    fn take(&mut self, letter: char, whole: &mut String) {
        let Some(half) = half_of(letter) else {
            self.give_up(whole);
            whole.push(letter);
            return;
        };
        if half < 0xDC00 {
            self.give_up(whole);
            self.first = Some(half);
        } else if let Some(first) = self.first.take() {
            let joined = 0x1_0000 + ((first - 0xD800) << 10) + (half - 0xDC00);
            whole.push(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
        } else if let Ok(byte @ 0x80..) = u8::try_from(half - 0xDC00) {
            self.take_byte(byte, whole);
        } else {
            self.give_up(whole);
            whole.push(char::REPLACEMENT_CHARACTER);
        }
    }

    fn take_byte(&mut self, byte: u8, whole: &mut String) {
        self.bytes.push(byte);
        match std::str::from_utf8(&self.bytes) {
            Ok(letter) => {
                whole.push_str(letter);
                self.bytes.clear();
            }
            Err(fault) if fault.error_len().is_none() => {}
            Err(_) => {
                // What came before is no beginning of a character; this byte may be one.
                let begun = self.bytes.len() > 1;
                self.bytes.clear();
                whole.push(char::REPLACEMENT_CHARACTER);
                if begun {
                    self.take_byte(byte, whole);
                }
            }
        }
    }

    fn give_up(&mut self, whole: &mut String) {
        if !self.is_empty() {
            (self.first, self.bytes) = (None, Vec::new());
            whole.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

const fn half_of(letter: char) -> Option<u32> {
    match letter as u32 {
        stand_in @ 0x10_D800..=0x10_DFFF => Some(stand_in - STAND_INS),
        _ => None,
    }
}

/// `data` as the JSON that was meant.
fn mend(data: &[u8]) -> Vec<u8> {
    let mut rest = data.strip_prefix(BYTE_ORDER_MARK).unwrap_or(data);
    let mut mended = Vec::with_capacity(rest.len() + rest.len() / 8);
    let mut is_in_string = false;
    while let Some(first) = rest.first() {
        is_in_string ^= *first == b'"';
        let taken =
            if is_in_string && *first != b'"' { mend_text(rest, &mut mended) } else { mend_word(rest, &mut mended) };
        rest = &rest[taken..];
    }
    mended
}

/// Takes a piece of a string; answers how many bytes it has.
fn mend_text(rest: &[u8], mended: &mut Vec<u8>) -> usize {
    let copy = |mended: &mut Vec<u8>, bytes: usize| {
        let piece = &rest[..bytes.min(rest.len())];
        mended.extend_from_slice(piece);
        piece.len()
    };
    match rest {
        [b'\\', b'u', ..] => match (escaped(rest), rest.get(6..).and_then(escaped)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => copy(mended, 12),
            (Some(half @ 0xD800..=0xDFFF), _) => stand_in(half, 6, mended),
            _ => copy(mended, 2),
        },
        [b'\\', ..] => copy(mended, 2),
        [control @ ..0x20, ..] => {
            mended.extend_from_slice(format!("\\u{control:04x}").as_bytes());
            1
        }
        [..0x80, ..] => {
            let is_plain = |byte: &&u8| matches!(byte, 0x20..0x80) && !matches!(byte, b'"' | b'\\');
            copy(mended, rest.iter().take_while(is_plain).count().max(1))
        }
        // Half of a pair, in UTF-8 as some write it.
        [0xED, second @ 0xA0..=0xBF, third @ 0x80..=0xBF, ..] => {
            stand_in(0xD000 | u32::from(second & 0x3F) << 6 | u32::from(third & 0x3F), 3, mended)
        }
        [first, ..] => match rest[..rest.len().min(4)].utf8_chunks().next().map(|chunk| chunk.valid()) {
            Some(valid) if !valid.is_empty() => copy(mended, valid.chars().next().map_or(1, char::len_utf8)),
            _ => stand_in(0xDC00 + u32::from(*first), 1, mended),
        },
        [] => 0,
    }
}

/// Takes what stands between strings; what Python calls a number and JSON does not is null.
fn mend_word(rest: &[u8], mended: &mut Vec<u8>) -> usize {
    for word in ["NaN", "-Infinity", "Infinity"] {
        if rest.starts_with(word.as_bytes()) {
            mended.extend_from_slice(b"null");
            return word.len();
        }
    }
    mended.push(rest[0]);
    1
}

fn stand_in(half: u32, taken: usize, mended: &mut Vec<u8>) -> usize {
    let letter = char::from_u32(STAND_INS + half).unwrap_or(char::REPLACEMENT_CHARACTER);
    mended.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    taken
}

/// The unit of UTF-16 that `\uXXXX` at the beginning of `text` stands for.
fn escaped(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(parts: &[&[u8]]) -> Vec<String> {
        let mut joiner = Joiner::default();
        let mut texts = Vec::new();
        for part in parts {
            let mut mended = Vec::new();
            let (text, is_mended): (String, bool) = read(part, &mut mended).unwrap();
            texts.push(joiner.next(text, is_mended));
        }
        texts.push(joiner.end());
        texts
    }

    #[test]
    fn halves_are_joined_over_texts_and_alone_they_are_replaced() {
        assert_eq!(texts(&[br#""a\ud83d""#, br#""\ude00!""#]), ["a", "\u{1f600}!", ""]);
        assert_eq!(texts(&[br#""a\ud83d""#, br#""""#, br#""\uDE00""#]), ["a", "", "\u{1f600}", ""]);
        assert_eq!(texts(&[br#""\ud83d""#, br#""b""#]), ["", "\u{fffd}b", ""]);
        assert_eq!(texts(&[br#""\ud83d\ud83d\ude00 \ude00x\ud83d""#]), ["\u{fffd}\u{1f600} \u{fffd}x", "\u{fffd}"]);
        // The bytes of a character, raw, and of one whose halves were written in UTF-8.
        assert_eq!(
            texts(&[b"\"x\xe2\x82\"", b"\"\xac y\xff\xe2\xe2\x82\xac\""]),
            ["x", "\u{20ac} y\u{fffd}\u{fffd}\u{20ac}", ""]
        );
        assert_eq!(texts(&[b"\"\xed\xa0\xbd\xed\xb8\x80\""]), ["\u{1f600}", ""]);
        assert_eq!(texts(&[b"\"\xf0\x9f\""]), ["", "\u{fffd}"]);
    }

    #[test]
    fn what_no_json_has_is_read_and_what_it_has_stays() {
        assert_eq!(texts(&[b"\"a\x1b[1m\tb\n\\n\\\"\\u00e4\x7f\""]), ["a\u{1b}[1m\tb\n\n\"ä\u{7f}", ""]);
        let mut mended = Vec::new();
        let text = "\u{feff}{\"NaN\": NaN, \"b\": [-Infinity, Infinity, -1.5], \"c\\\"\": \"NaN \\\\\"}";
        let (value, _): (serde_json::Value, bool) = read(text.as_bytes(), &mut mended).unwrap();
        assert_eq!(value, serde_json::json!({"NaN": null, "b": [null, null, -1.5], "c\"": "NaN \\"}));
        for broken in ["{", "\"\\x\"", "\"\\u12\"", "\"\\", "nonsense", "\"\\ud83d"] {
            assert!(read::<serde_json::Value>(broken.as_bytes(), &mut Vec::new()).is_err(), "{broken}");
        }
    }

    #[test]
    fn no_bytes_are_too_much() {
        // Every string of three bytes that matter, inside and outside of a string.
        let bytes = b"\"\\u\x00a8dD \xed\xa0\x80\xe2\xff{";
        for one in bytes {
            for two in bytes {
                for three in bytes {
                    let text = [b'"', *one, *two, *three, b'"'];
                    for part in [&text[..], &text[1..]] {
                        let mut joiner = Joiner::default();
                        let mut mended = Vec::new();
                        if let Ok((text, is_mended)) = read::<String>(part, &mut mended) {
                            let whole = joiner.next(text, is_mended) + &joiner.end();
                            assert_eq!(whole_characters(&whole), whole);
                        }
                    }
                }
            }
        }
    }
}
