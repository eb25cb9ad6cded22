//! What a model meant as the arguments of a call: JSON with the mistakes that models make in it.

use serde_json::{Map, Value};

use super::json::{read, whole_characters};
use crate::content::Arguments;

/// The arguments in `text`. None at all, or null, are an empty object; JSON within a JSON text is read as well.
pub(super) fn arguments(text: String) -> Arguments {
    if matches!(text.trim(), "" | "null" | "None") {
        return Arguments::Object(Map::new());
    }
    match Arguments::parse(text) {
        Arguments::Text(text) => meant(&text).map_or(Arguments::Text(text), Arguments::Object),
        object => object,
    }
}

fn meant(text: &str) -> Option<Map<String, Value>> {
    let mut mended = Vec::new();
    let (value, is_mended): (Value, bool) = read(text.as_bytes(), &mut mended).ok()?;
    let value = if let Value::String(inner) = value { serde_json::from_str(&inner).ok()? } else { value };
    let Value::Object(object) = value else { return None };
    if is_mended {
        serde_json::from_str(&whole_characters(&serde_json::to_string(&object).ok()?)).ok()
    } else {
        Some(object)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_meant_is_read_and_what_is_no_object_stays() {
        for (text, expected) in [
            ("", json!({})),
            (" \n", json!({})),
            ("null", json!({})),
            (r#"{"a": 1}"#, json!({"a": 1})),
            (" {\"a\": 1} \n", json!({"a": 1})),
            ("\"{\\\"a\\\": 1}\"", json!({"a": 1})),
            ("{\"a\": \"one\n\ttwo\"}", json!({"a": "one\n\ttwo"})),
            (r#"{"a": NaN}"#, json!({"a": null})),
            (r#"{"a": "\ud83d"}"#, json!({"a": "\u{fffd}"})),
            (r#"{"a": "\ud83d\ude00"}"#, json!({"a": "\u{1f600}"})),
            (r#"{"a": 1"#, json!(r#"{"a": 1"#)),
            (r#"{"a": 1}{"a": 1}"#, json!(r#"{"a": 1}{"a": 1}"#)),
            ("[1]", json!("[1]")),
            ("5", json!("5")),
            ("\"Paris\"", json!("\"Paris\"")),
            ("Paris", json!("Paris")),
        ] {
            assert_eq!(serde_json::to_value(arguments(text.to_owned())).unwrap(), expected, "{text}");
        }
        assert!(matches!(arguments("{\"a\":".repeat(100_000)), Arguments::Text(_)));
    }
}
