//! Walking JSON: references, and every part of a document.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The methods that a path may document, in the order in which they appear.
pub const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Calls `visit` with `value` and everything within it but examples, outside first.
pub(super) fn walk(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    const DATA: [&str; 3] = ["default", "example", "examples"];
    visit(value);
    match value {
        Value::Object(map) => {
            map.iter_mut().filter(|(key, _)| !DATA.contains(&key.as_str())).for_each(|(_, inner)| walk(inner, visit));
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| walk(inner, visit)),
        _ => {}
    }
}

/// All references within `value`.
pub(super) fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref") {
                found.push(reference);
            }
            map.values().for_each(|inner| references(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

/// What `reference` (`#/...`) points to.
pub(super) fn resolve<'a>(document: &'a Value, reference: &str) -> Result<&'a Value, String> {
    reference
        .strip_prefix('#')
        .and_then(|pointer| document.pointer(pointer))
        .ok_or_else(|| format!("the reference {reference} points to nothing"))
}

/// `value` itself, or what it refers to.
pub(super) fn follow<'a>(document: &'a Value, value: &'a Value) -> Result<&'a Value, String> {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => follow(document, resolve(document, reference)?),
        None => Ok(value),
    }
}

/// All references that `from` reaches, through others too.
///
/// # Errors
/// If one points to nothing.
pub(super) fn reach<'a>(
    document: &'a Value,
    from: impl IntoIterator<Item = &'a Value>,
) -> Result<BTreeSet<String>, String> {
    let mut open = Vec::new();
    from.into_iter().for_each(|value| references(value, &mut open));
    let mut seen = BTreeSet::new();
    while let Some(reference) = open.pop() {
        if seen.insert(reference) {
            references(resolve(document, reference)?, &mut open);
        }
    }
    Ok(seen.into_iter().map(str::to_owned).collect())
}

/// What is wrong with the references of `document`: those that point to nothing.
#[must_use]
pub fn dangling(document: &Value) -> BTreeSet<String> {
    let mut found = Vec::new();
    references(document, &mut found);
    found.into_iter().filter_map(|reference| resolve(document, reference).err()).collect()
}

/// The ids of the operations of `document`.
#[must_use]
pub fn operation_ids(document: &Value) -> BTreeSet<String> {
    let ids = all_operations(document).filter_map(|(.., operation)| operation.get("operationId")?.as_str());
    ids.map(str::to_owned).collect()
}

/// Every operation of the paths of `document`.
pub(super) fn all_operations(document: &Value) -> impl Iterator<Item = (&String, &'static str, &Value)> {
    let items = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    items.flat_map(|(path, item)| {
        let item = item.as_object().into_iter().flatten();
        item.filter_map(move |(name, operation)| {
            let method = METHODS.iter().find(|method| **method == name.as_str())?;
            Some((path, *method, operation))
        })
    })
}

/// Every operation of `paths`, which may be the document's `paths` or `webhooks`.
pub(super) fn operations(paths: Option<&mut Value>) -> impl Iterator<Item = (&String, &'static str, &mut Value)> {
    let items = paths.and_then(Value::as_object_mut).into_iter().flat_map(Map::iter_mut);
    items.flat_map(|(path, item)| {
        let item = item.as_object_mut().into_iter().flat_map(Map::iter_mut);
        item.filter_map(move |(name, operation)| {
            let method = METHODS.iter().find(|method| **method == name.as_str())?;
            Some((path, *method, operation))
        })
    })
}

/// What says in `operation` what a client may send: the body, and the frames of a WebSocket.
pub(super) fn asked(operation: &Value) -> impl Iterator<Item = &Value> {
    ["/requestBody", "/x-websocket/receives"].into_iter().filter_map(|pointer| operation.pointer(pointer))
}

/// The schemas of the document's components; empty if there are none.
pub(super) fn schemas(document: &mut Value) -> Option<&mut Map<String, Value>> {
    document.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
}
