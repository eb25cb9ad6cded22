//! What is different between two values, as the audit keeps it: without secrets, and bounded.

use serde_json::{Map, Value as Json, json};

/// So many differences of one change are kept at the most.
const DIFFERENCES_MAX: usize = 64;
/// So many characters of a text are kept.
const TEXT_CHARS_MAX: usize = 256;
/// So many bytes of JSON of a list or an object are kept that came or went as a whole.
const VALUE_BYTES_MAX: usize = 2_048;

/// Stands for a secret.
const MASK: &str = "***";
/// A name that has one of these in it names a secret.
const SECRET_NAMES: [&str; 9] =
    ["secret", "password", "token", "api_key", "apikey", "authorization", "credential", "cookie", "private_key"];
/// Names that count tokens of a model, and are no secrets.
const COUNTS: [&str; 3] = ["_tokens", "tokens_per_", "max_tokens"];

/// What is different in `after`: for each place a JSON Pointer, and the value before and after; null for none. Objects are compared
/// field by field, everything else as a whole.
pub(super) fn differences(before: &Json, after: &Json) -> Vec<Json> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(place: &str, before: &Json, after: &Json, found: &mut Vec<Json>) {
    if before == after || found.len() >= DIFFERENCES_MAX {
        return;
    }
    let none = Map::new();
    let (old, new) = match (before, after) {
        (Json::Object(old), Json::Object(new)) => (old, new),
        // What is made or removed is said field by field too.
        (Json::Null, Json::Object(new)) if place.is_empty() => (&none, new),
        (Json::Object(old), Json::Null) if place.is_empty() => (old, &none),
        _ => {
            found.push(json!({"pointer": place, "before": shown(before), "after": shown(after)}));
            return;
        }
    };
    let added = new.keys().filter(|name| !old.contains_key(*name));
    for name in old.keys().chain(added) {
        let (before, after) = (old.get(name).unwrap_or(&Json::Null), new.get(name).unwrap_or(&Json::Null));
        let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
        if !is_secret(name) {
            compare(&place, before, after, found);
        } else if before != after && found.len() < DIFFERENCES_MAX {
            found.push(json!({"pointer": place, "before": masked(before), "after": masked(after)}));
        }
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    SECRET_NAMES.iter().any(|secret| name.contains(secret)) && !COUNTS.iter().any(|count| name.contains(count))
}

fn masked(value: &Json) -> Json {
    if value.is_null() { Json::Null } else { MASK.into() }
}

/// A value without secrets, cut where it is long.
fn shown(value: &Json) -> Json {
    let open = open(value);
    let is_large = matches!(open, Json::Array(_) | Json::Object(_)) && open.to_string().len() > VALUE_BYTES_MAX;
    if is_large { cut(&open.to_string()).into() } else { open }
}

fn open(value: &Json) -> Json {
    match value {
        Json::String(text) => cut(text).into(),
        Json::Array(values) => values.iter().map(open).collect(),
        Json::Object(fields) => {
            let field = |(name, value): (&String, &Json)| {
                (name.clone(), if is_secret(name) { masked(value) } else { open(value) })
            };
            Json::Object(fields.iter().map(field).collect())
        }
        plain => plain.clone(),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_its_values() {
        let before = json!({"a": 1, "b": {"c": [1], "d": "x"}, "gone": true, "same": {"x": 1}});
        let after = json!({"a": 2, "b": {"c": [1, 2], "d": "x"}, "same": {"x": 1}, "new/1": {"y": 2}});
        assert_eq!(
            differences(&before, &after),
            [
                json!({"pointer": "/a", "before": 1, "after": 2}),
                json!({"pointer": "/b/c", "before": [1], "after": [1, 2]}),
                json!({"pointer": "/gone", "before": true, "after": null}),
                json!({"pointer": "/new~11", "before": null, "after": {"y": 2}}),
            ]
        );
        assert!(differences(&before, &before).is_empty());
        assert_eq!(differences(&Json::Null, &json!({"a": 1})), [json!({"pointer": "/a", "before": null, "after": 1})]);
    }

    #[test]
    fn secrets_are_masked_wherever_they_are() {
        let before = json!({"api_key": "one", "headers": {"X-Auth-Token": "t"}, "max_output_tokens": 1});
        let after = json!({"api_key": "two", "list": [{"password": "p", "n": 1}], "max_output_tokens": 2});
        let found = differences(&before, &after);
        let text = serde_json::to_string(&found).unwrap();
        assert!(!["one", "two", "\"t\"", "\"p\""].iter().any(|secret| text.contains(secret)), "{text}");
        assert_eq!(found[0], json!({"pointer": "/api_key", "before": "***", "after": "***"}));
        assert!(found.contains(&json!({"pointer": "/max_output_tokens", "before": 1, "after": 2})));
    }

    #[test]
    fn what_is_long_is_cut() {
        let found = differences(&json!({"a": "x"}), &json!({"a": "y".repeat(1_000)}));
        assert_eq!(found[0]["after"].as_str().map(|text| text.chars().count()), Some(TEXT_CHARS_MAX + 1));
        let many: Map<String, Json> = (0..200).map(|number| (format!("k{number}"), number.into())).collect();
        assert_eq!(differences(&Json::Null, &Json::Object(many)).len(), DIFFERENCES_MAX);
        let list: Vec<String> = vec!["z".repeat(200); 20];
        assert!(differences(&json!({"a": []}), &json!({"a": list}))[0]["after"].is_string());
    }
}
