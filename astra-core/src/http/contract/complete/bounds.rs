//! Bounds on everything: a string without a length, an integer without an end and a list without a limit are invitations.

use serde_json::{Map, Value};

use super::super::tree;

/// The longest string that no other bound covers, in characters.
const LENGTH_MAX: u64 = 1024;
const ITEMS_MAX: u64 = 1000;
/// Entries of a map whose keys are the caller's.
const PROPERTIES_MAX: u64 = 100;

/// In the source, the length of a text that nothing bounds but the body that it comes in: the default of
/// `limits.body_bytes`. In the document, the limit of the gateway that it describes.
const BODY_BYTES: u64 = 1 << 20;

/// Writes the largest body, `body_bytes`, as the length of the texts that it alone bounds.
pub(super) fn follow_body(document: &mut Value, body_bytes: usize) {
    for key in ["paths", "components"] {
        let Some(part) = document.get_mut(key) else { continue };
        tree::walk(part, &mut |schema| {
            if let Some(length) = schema.get_mut("maxLength").filter(|length| length.as_u64() == Some(BODY_BYTES)) {
                *length = body_bytes.into();
            }
        });
    }
}

/// Adds a length and a form to every string, a range to every number and a limit to every list that has none.
pub(super) fn bound(document: &mut Value) {
    for key in ["paths", "components", "webhooks"] {
        if let Some(part) = document.get_mut(key) {
            tree::walk(part, &mut bound_one);
        }
    }
}

fn bound_one(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    let is = |name: &str| match schema.get("type") {
        Some(Value::String(kind)) => kind == name,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        _ => false,
    };
    let (is_text, is_integer, is_list) = (is("string"), is("integer"), is("array"));
    let is_closed = schema.contains_key("enum") || schema.contains_key("const");
    // A format says how long a time is, and readers that make a time of it have no length to hold against a bound.
    let is_time = is_text && schema.get("format").is_some_and(|format| format == "date-time");
    if is_time {
        schema.shift_remove("maxLength");
    }
    let mut add = |key: &str, value: Value| {
        schema.entry(key).or_insert(value);
    };
    if is_text && !is_closed && !is_time {
        add("maxLength", LENGTH_MAX.into());
    }
    if is_list {
        add("maxItems", ITEMS_MAX.into());
    }
    if is_integer && !is_closed {
        let is_small = schema.get("format").is_some_and(|format| format == "int32");
        let most: i64 = if is_small { i64::from(i32::MAX) } else { (1 << 53) - 1 };
        schema.entry("minimum").or_insert_with(|| if is_small { i32::MIN.into() } else { (-most).into() });
        schema.entry("maximum").or_insert_with(|| most.into());
    }
    let says_nothing = |rest: &Map<String, Value>| rest.keys().all(|key| key == "description");
    let is_free = schema.get("additionalProperties").is_some_and(|rest| rest.as_object().is_none_or(says_nothing));
    if is_free && schema["additionalProperties"] != false {
        // `{}` says the same, in words that generators stumble over.
        schema.insert("additionalProperties".into(), true.into());
    }
    if schema.get("additionalProperties").is_some_and(|rest| *rest != false) {
        schema.entry("maxProperties").or_insert_with(|| PROPERTIES_MAX.into());
    }
    let has_form =
        ["format", "pattern", "enum", "const", "contentMediaType"].iter().any(|key| schema.contains_key(*key));
    if is_text && !has_form {
        schema.insert("pattern".into(), r"^[^\x00]*$".into());
    }
}
