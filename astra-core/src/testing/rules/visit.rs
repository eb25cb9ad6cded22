//! Every schema of a document, with its place; and texts in it.

use serde_json::Value;

use crate::testing::Document;

/// Keys whose values are data or maps of schemas, not schemas.
const DATA: [&str; 7] = ["const", "default", "enum", "example", "examples", "mapping", "required"];

/// Every schema of the document with its place.
pub(super) fn schemas(document: &Document) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (name, schema) in document.value["components"]["schemas"].as_object().into_iter().flatten() {
        visit(name, schema, &mut |place, schema| found.push((place.to_owned(), schema)));
    }
    for (.., operation) in document.operations() {
        within(operation["operationId"].as_str().unwrap_or_default(), operation, &mut found);
    }
    found
}

/// Calls `judge` with a schema and all schemas within it.
pub(super) fn visit<'a>(place: &str, schema: &'a Value, judge: &mut dyn FnMut(&str, &'a Value)) {
    judge(place, schema);
    for (key, inner) in schema.as_object().into_iter().flatten() {
        match (key.as_str(), inner) {
            ("properties", Value::Object(fields)) => {
                fields.iter().for_each(|(field, inner)| visit(&format!("{place}.{field}"), inner, judge));
            }
            ("items" | "additionalProperties", Value::Object(_)) => visit(&format!("{place}/{key}"), inner, judge),
            ("oneOf" | "anyOf" | "allOf", Value::Array(branches)) => {
                branches.iter().for_each(|inner| visit(&format!("{place}/{key}"), inner, judge));
            }
            _ => {}
        }
    }
}

/// Schemas within an operation: whatever stands under the key `schema`.
fn within<'a>(place: &str, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                if key == "schema" {
                    visit(&format!("{place}/schema"), inner, &mut |place, schema| {
                        found.push((place.to_owned(), schema));
                    });
                } else if !DATA.contains(&key.as_str()) {
                    within(&format!("{place}/{key}"), inner, found);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| within(place, inner, found)),
        _ => {}
    }
}

/// The text of `key`; empty if there is none.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
