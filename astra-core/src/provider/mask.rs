//! What an upstream says of its failure, made fit for a log: short, on one line, and without anything like a key.
//! Upstreams repeat keys in their errors, whole or in part.

use serde_json::Value;

use crate::config::Secret;

/// Longest text that is kept, in characters.
const CHARACTERS_MAX: usize = 200;
/// So many characters of the key in a row are taken for the key.
const KEY_PART: usize = 6;
/// Words of letters and digits from this length on are taken for somebody's key.
const OPAQUE: usize = 24;

/// `text` on one line of at most 200 characters, with stars for every word that may be a secret.
pub(super) fn clean(text: &str, key: Option<&Secret>) -> String {
    let mut clean = String::new();
    for word in text.split(|character: char| character.is_whitespace() || character.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(if is_suspicious(word, key) { "***" } else { word });
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

/// The sentence of an error object, which some servers write as a bare string.
pub(super) fn message_of(error: &Value) -> Option<String> {
    let places = [Some(error), error.get("message"), error.get("detail")];
    places.into_iter().flatten().find_map(Value::as_str).map(str::to_owned)
}

fn is_suspicious(word: &str, key: Option<&Secret>) -> bool {
    let is_part_of_key = key.is_some_and(|key| {
        let key: Vec<char> = key.expose().chars().collect();
        key.windows(KEY_PART.min(key.len().max(1))).any(|part| word.contains(&part.iter().collect::<String>()))
    });
    let opaque = word
        .split(|character: char| !character.is_ascii_alphanumeric() && !matches!(character, '-' | '_'))
        .any(|run| run.len() >= OPAQUE && run.contains(|character: char| character.is_ascii_digit()));
    is_part_of_key || opaque || word.contains("sk-") || word.contains("***")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_like_a_key_is_repeated() {
        let key = Secret::new("abcdef-0123456789");
        for text in [
            "Incorrect API key provided: abcdef-0123456789.",
            "Incorrect API key provided: xyz***6789.",
            "bad header: Bearer abcdef-01",
            "key=456789 is unknown",
            "sk-proj-other's",
            "token eyJhbGciOiJIUzI1NiJ9eyJzdWIi was refused",
        ] {
            let clean = clean(text, Some(&key));
            assert!(clean.contains("***"), "{clean}");
            assert!(!clean.contains("6789") && !clean.contains("abcdef") && !clean.contains("eyJ"), "{clean}");
        }
        assert_eq!(
            clean("the model\n\u{7} gpt-4o-2024-08-06 is busy", Some(&key)),
            "the model gpt-4o-2024-08-06 is busy"
        );
        assert_eq!(clean(&"ä ".repeat(500), None).chars().count(), CHARACTERS_MAX + 1);
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
            assert_eq!(message_of(error_of(&body)).as_deref(), Some("no"), "{body}");
        }
    }
}
