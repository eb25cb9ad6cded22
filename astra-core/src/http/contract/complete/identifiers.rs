//! Pattern, length and format of identifiers, slugs and times. They stand here once: in the source a field has an example.

use chrono::DateTime;
use serde_json::Value;

use super::super::tree;
use crate::ids;

/// In the source, the format of an identifier that its owner chooses.
const SLUG: &str = "slug";
const SLUG_PATTERN: &str = "^[a-z0-9][a-z0-9_-]{0,63}$";
const SLUG_LENGTH_MAX: u64 = 64;

/// What says already what a text looks like.
const FORMS: [&str; 7] = ["pattern", "format", "maxLength", "minLength", "enum", "const", "contentMediaType"];

/// Describes every text whose example, or the first one of its list, is an identifier of the gateway or a time (RFC 3339), and of whose form nothing else
/// is said; and every text of the format `slug`.
pub(super) fn describe(document: &mut Value) {
    for key in ["paths", "components", "webhooks"] {
        let Some(part) = document.get_mut(key) else { continue };
        tree::walk(part, &mut |value| {
            let first = value.get("example").and_then(|list| list.get(0)).and_then(Value::as_str).map(str::to_owned);
            if let (Some(first), Some(items)) = (first, value.get_mut("items")) {
                describe_one(items, Some(&first));
            }
            // A parameter has its example beside its schema.
            let example = value.get("example").and_then(Value::as_str).map(str::to_owned);
            match (example, value.get_mut("schema")) {
                (Some(example), Some(schema)) => describe_one(schema, Some(&example)),
                (example, None) => describe_one(value, example.as_deref()),
                (None, Some(_)) => {}
            }
        });
    }
}

fn describe_one(schema: &mut Value, example: Option<&str>) {
    let is_text = match schema.get("type") {
        Some(Value::String(kind)) => kind == "string",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
        _ => false,
    };
    let Some(schema) = schema.as_object_mut().filter(|_| is_text) else { return };
    if schema.get("format").is_some_and(|format| format == SLUG) {
        schema.shift_remove("format");
        schema.insert("pattern".into(), SLUG_PATTERN.into());
        schema.insert("minLength".into(), 1.into());
        schema.insert("maxLength".into(), SLUG_LENGTH_MAX.into());
        return;
    }
    let Some(example) = example.filter(|_| !FORMS.iter().any(|form| schema.contains_key(*form))) else { return };
    if let Some(pattern) = ids::pattern(example) {
        schema.insert("pattern".into(), pattern.into());
        schema.insert("maxLength".into(), example.len().into());
    } else if DateTime::parse_from_rfc3339(example).is_ok() {
        schema.insert("format".into(), "date-time".into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn described(schema: Value) -> Value {
        let mut document = json!({"components": {"schemas": {"It": schema}}});
        describe(&mut document);
        document["components"]["schemas"]["It"].take()
    }

    #[test]
    fn examples_decide() {
        let id = described(json!({"type": ["string", "null"], "example": "trn_06a1b2c3d4e5q"}));
        assert_eq!((&id["pattern"], &id["maxLength"]), (&json!("^trn_[0-7][0-9a-hjkmnp-tv-z]{12}$"), &json!(17)));
        let id = described(json!({"type": "string", "example": "msg_06a1b2c3d4e5f6q"}));
        assert_eq!((&id["pattern"], &id["maxLength"]), (&json!("^msg_[0-7][0-9a-hjkmnp-tv-z]{14}$"), &json!(19)));
        assert_eq!(described(json!({"type": "string", "example": "2026-11-23T21:09:30.000Z"}))["format"], "date-time");
        let list = json!({"type": "array", "items": {"type": "string"}, "example": ["mem_06a1b2c3d4e5q"]});
        assert_eq!(described(list)["items"]["pattern"], "^mem_[0-7][0-9a-hjkmnp-tv-z]{12}$");
        let slug = described(json!({"type": "string", "format": "slug", "example": "support"}));
        assert_eq!((&slug["pattern"], slug.get("format")), (&json!(SLUG_PATTERN), None));
    }

    #[test]
    fn what_is_said_stays() {
        for same in [
            json!({"type": "string", "example": "support"}),
            json!({"type": "string", "example": "xyz_06a1b2c3d4e5q"}),
            json!({"type": "string", "example": "trn_06a1b2c3d4e5"}),
            json!({"type": "string", "maxLength": 320, "example": "usr_06a1b2c3d4e5q"}),
            json!({"type": "string", "pattern": "^[ -~]*$", "example": "2026-11-23T21:09:30.000Z"}),
            json!({"type": "object", "example": "trn_06a1b2c3d4e5q"}),
        ] {
            assert_eq!(described(same.clone()), same);
        }
    }

    #[test]
    fn a_parameters_example_stands_beside_its_schema() {
        let mut document = json!({"paths": {"/turns": {"get": {"parameters": [
            {"name": "turn_id", "in": "query", "schema": {"type": "string"}, "example": "trn_06a1b2c3d4e5q"}]}}}});
        describe(&mut document);
        let schema = &document["paths"]["/turns"]["get"]["parameters"][0]["schema"];
        assert_eq!(*schema, json!({"type": "string", "pattern": "^trn_[0-7][0-9a-hjkmnp-tv-z]{12}$", "maxLength": 17}));
    }
}
