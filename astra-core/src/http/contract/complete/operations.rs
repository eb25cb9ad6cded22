//! Each operation's tag and security, parameters without what makes no sense in a parameter, and patches by their own
//! media type too.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::{security, tree};
use crate::auth::ScopeTable;

/// Completes every operation of the document but its responses.
pub(super) fn complete(document: &mut Value, hosts: &BTreeSet<String>, scopes: &ScopeTable, faults: &mut Vec<String>) {
    for (path, method, operation) in tree::operations(document.get_mut("paths")) {
        if method == "patch" {
            name_merge_patch(operation);
        }
        // A host's operations have said already what they are and whom they are for.
        let classified = if hosts.contains(path) { Ok(()) } else { classify(operation, scopes) };
        faults.extend(classified.err().map(|fault| format!("{} {path}: {fault}", method.to_uppercase())));
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
        parameters.filter_map(|parameter| parameter.get_mut("schema")).for_each(without_null);
    }
    let components = document.pointer_mut("/components/parameters").and_then(Value::as_object_mut);
    let parameters = components.into_iter().flat_map(Map::values_mut);
    parameters.filter_map(|parameter| parameter.get_mut("schema")).for_each(without_null);
    for (.., operation) in tree::operations(document.get_mut("webhooks")) {
        // OpenAPI Generator makes broken clients of webhooks unless they are internal; readers still see them.
        operation["x-internal"] = true.into();
    }
    for server in document.get_mut("servers").and_then(Value::as_array_mut).into_iter().flatten() {
        server["x-internal"] = false.into();
    }
}

fn classify(operation: &mut Value, scopes: &ScopeTable) -> Result<(), String> {
    let id = security::id(operation)?;
    let group = id.split_once('.').map(|(group, _)| group).ok_or_else(|| format!("{id} is not <group>.<verb>"))?;
    operation["tags"] = json!([group]);
    security::write(operation, scopes)
}

/// Every PATCH is a JSON Merge Patch: clients may say so (RFC 7396, 4), or just send JSON.
fn name_merge_patch(operation: &mut Value) {
    let Some(content) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut) else { return };
    if let Some(body) = content.get("application/json").cloned() {
        content.insert("application/merge-patch+json".into(), body);
    }
}

/// A body of which nothing is required may be left out: the fields of a POST that has none are as those of `{}`. A change
/// that changes nothing is more likely a mistake.
pub(super) fn free_bodies(document: &mut Value, hosts: &BTreeSet<String>) {
    // A host's operations have said it themselves.
    let posts = tree::all_operations(document).filter(|(path, method, _)| *method == "post" && !hosts.contains(*path));
    let free: Vec<String> =
        posts.filter(|(.., operation)| has_free_body(document, operation)).map(|(path, ..)| path.clone()).collect();
    for path in free {
        document["paths"][&path]["post"]["requestBody"]["required"] = false.into();
    }
}

fn has_free_body(document: &Value, operation: &Value) -> bool {
    let Some(body) = operation.get("requestBody") else { return false };
    let content = body.get("content").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let mut schemas = content.map(|content| tree::follow(document, &content["schema"]));
    schemas.all(|schema| {
        schema.is_ok_and(|schema| {
            let required = schema.get("required").and_then(Value::as_array);
            schema["type"] == "object" && required.is_none_or(Vec::is_empty)
        })
    })
}

/// A parameter is there or it is not: null cannot be written in a URL or a header.
fn without_null(schema: &mut Value) {
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            schema["type"] = only.clone();
        }
    }
    for key in ["oneOf", "anyOf"] {
        let Some(Value::Array(branches)) = schema.get_mut(key) else { continue };
        branches.retain(|branch| branch.get("type").is_none_or(|kind| kind != "null"));
        if let [only] = branches.as_slice() {
            *schema = only.clone();
            return;
        }
    }
}
