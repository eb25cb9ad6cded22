//! When two memories say the same: by what they hold, not by how alike they sound.

use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use crate::text::fold;

/// What a memory holds: the text `value` of its data if it has one, or its content; folded, without what
/// ends a sentence.
fn folded(content: &str, data: &Map<String, Json>) -> String {
    let text = data.get("value").and_then(Json::as_str).unwrap_or(content);
    fold(text).trim_end_matches(['.', '!', ' ']).to_owned()
}

/// The first 16 bytes of the SHA-256 of what a memory holds.
pub(super) fn hash(content: &str, data: &Map<String, Json>) -> [u8; 16] {
    let mut hash = [0; 16];
    for (to, from) in hash.iter_mut().zip(Sha256::digest(folded(content, data))) {
        *to = from;
    }
    hash
}

/// Whether two memories hold the same: the same `value` of their data, or the same content and data.
pub(super) fn is_same(one: (&str, &Map<String, Json>), other: (&str, &Map<String, Json>)) -> bool {
    let has_value = |data: &Map<String, Json>| data.get("value").is_some_and(Json::is_string);
    let is_by_value = has_value(one.1) && has_value(other.1);
    folded(one.0, one.1) == folded(other.0, other.1) && (is_by_value || one.1 == other.1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn data(value: &Json) -> Map<String, Json> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_is_held_is_compared_not_how_it_is_said() {
        let (none, berlin) = (data(&json!({})), data(&json!({"value": "Berlin", "when": 1})));
        let (same, munich) = (data(&json!({"value": " berlin. "})), data(&json!({"value": "Munich"})));
        assert!(is_same(("He lives in Berlin", &berlin), ("Berlin it is", &same)));
        assert!(!is_same(("He lives there", &berlin), ("He lives there", &munich)));
        assert!(is_same(("Tea  is GOOD.", &none), ("tea is good", &none)));
        assert!(!is_same(("tea is good", &none), ("tea is not good", &none)));
        assert!(!is_same(("tea", &none), ("tea", &data(&json!({"a": 1})))));
        assert_eq!(hash("x", &berlin), hash("y", &same));
        assert_ne!(hash("x", &berlin), hash("x", &munich));
    }
}
