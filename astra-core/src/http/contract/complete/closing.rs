//! Unknown fields of request bodies and of frames are refused, so that a typo is not silently dropped: the document says so.

use serde_json::Value;

use super::super::tree;

/// Adds `additionalProperties: false` to every object with named fields that a request body, or a frame of a client,
/// reaches. Answers stay open, so that clients survive new fields.
pub(super) fn close_requests(document: &mut Value, faults: &mut Vec<String>) {
    let bodies = tree::all_operations(document).flat_map(|(.., operation)| tree::asked(operation));
    let reached = match tree::reach(document, bodies) {
        Ok(reached) => reached,
        Err(fault) => return faults.push(fault),
    };
    for reference in reached {
        if let Some(schema) = document.pointer_mut(reference.trim_start_matches('#')) {
            tree::walk(schema, &mut close);
        }
    }
    for (.., operation) in tree::operations(document.get_mut("paths")) {
        if let Some(body) = operation.get_mut("requestBody") {
            tree::walk(body, &mut close);
        }
    }
}

fn close(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    let has_fields = schema.get("properties").is_some_and(Value::is_object) && !schema.contains_key("allOf");
    if has_fields && !schema.contains_key("additionalProperties") {
        schema.insert("additionalProperties".into(), false.into());
    }
}
