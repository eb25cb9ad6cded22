//! What an upstream says of its failure, made fit for a log: short, on one line, and without anything like a key.
//! Upstreams repeat keys in their errors, whole or in part.

use http::HeaderMap;
use serde_json::Value;

use super::reading::whole_characters;
use crate::config::Secret;
use crate::text::is_unprintable;

/// Longest text that is kept, in characters.
const CHARACTERS_MAX: usize = 200;
/// So many characters of the key in a row are taken for the key.
const KEY_PART: usize = 6;
/// Words of letters and digits from this length on are taken for a key.
const OPAQUE: usize = 24;

/// What must not be repeated.
#[derive(Default)]
pub(crate) struct Secrets {
    key: Vec<char>,
    /// Words of the headers' values.
    words: Vec<String>,
}

impl Secrets {
    /// The key, whole or in part, and what stands in `headers`.
    pub(super) fn of(key: Option<&Secret>, headers: &HeaderMap) -> Self {
        let words = Self::words(headers.values().filter_map(|value| value.to_str().ok()));
        Self { key: key.map_or(Vec::new(), |key| key.expose().chars().collect()), ..words }
    }

    /// The words of these texts.
    pub(crate) fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let words = texts.into_iter().flat_map(str::split_whitespace).filter(|word| word.len() >= KEY_PART);
        Self { key: Vec::new(), words: words.map(str::to_owned).collect() }
    }

    fn are_in(&self, word: &str) -> bool {
        let mut parts = self.key.windows(KEY_PART.min(self.key.len().max(1)));
        parts.any(|part| word.contains(&part.iter().collect::<String>()))
            || self.words.iter().any(|secret| word.contains(secret.as_str()))
    }
}

/// `text` on one line of at most 200 characters, with stars for every word that may be a secret.
pub(crate) fn clean(text: &str, secrets: &Secrets) -> String {
    let text = whole_characters(text);
    let mut clean = String::new();
    for word in text.split(|character: char| character.is_whitespace() || character.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !clean.is_empty() {
            clean.push(' ');
        }
        // What is not seen must not hide a key, and must not turn the line of a log about.
        let seen: String = word.chars().filter(|character| !is_unprintable(*character)).collect();
        clean.push_str(if secrets.are_in(&seen) || is_opaque(&seen) { "***" } else { &seen });
    }
    match clean.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean,
    }
}

/// The error object in the body of a refusal, in whichever of the usual places it stands.
pub(super) fn error_of(body: &Value) -> &Value {
    // Gemini wraps its errors in an array.
    let body = body.get(0).unwrap_or(body);
    body.get("error").unwrap_or(body)
}

fn is_opaque(word: &str) -> bool {
    let opaque = word
        .split(|character: char| !character.is_ascii_alphanumeric() && !matches!(character, '-' | '_'))
        .any(|run| run.len() >= OPAQUE && run.contains(|character: char| character.is_ascii_digit()));
    opaque || word.contains("sk-") || word.contains("***")
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;
    use crate::provider::reading::sentence;

    #[test]
    fn nothing_like_a_key_is_repeated() {
        let key = Secret::new("abcdef-0123456789");
        let headers =
            HeaderMap::from_iter([(HeaderName::from_static("x-team"), HeaderValue::from_static("Team hidden-team"))]);
        let secrets = Secrets::of(Some(&key), &headers);
        for text in [
            "Incorrect API key provided: abcdef-0123456789.",
            "Incorrect API key provided: xyz***6789.",
            "bad header: Bearer abcdef-01",
            "key=456789 is unknown",
            "sk-proj-other's",
            "no team hidden-team6789",
            "token eyJhbGciOiJIUzI1NiJ9eyJzdWIi was refused",
        ] {
            let clean = clean(text, &secrets);
            assert!(clean.contains("***"), "{clean}");
            assert!(!clean.contains("6789") && !clean.contains("abcdef") && !clean.contains("eyJ"), "{clean}");
        }
        assert_eq!(
            clean("the model\n\u{7} gpt-4o-2024-08-06 is busy", &secrets),
            "the model gpt-4o-2024-08-06 is busy"
        );
        assert_eq!(clean("abc\u{200f}def-0123456789 is\u{202e} wrong", &secrets), "*** is wrong");
        assert_eq!(clean(&"ä ".repeat(500), &Secrets::default()).chars().count(), CHARACTERS_MAX + 1);
    }

    #[test]
    fn the_sentence_is_found_wherever_it_stands() {
        for body in [
            r#"{"error":{"message":"no","code":1}}"#,
            r#"{"error":"no"}"#,
            r#"{"message":"no"}"#,
            r#"{"detail":"no"}"#,
            r#"[{"error":{"message":"no"}}]"#,
        ] {
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(sentence(error_of(&body)).as_deref(), Some("no"), "{body}");
        }
    }
}
