//! Components that nothing reaches go; references to nothing are refused; tags without operations go.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::tree;

/// Leaves what the operations and webhooks reach.
pub(in super::super) fn prune(document: &mut Value, faults: &mut Vec<String>) {
    let roots: Vec<&Value> = ["paths", "webhooks"].iter().filter_map(|key| document.get(*key)).collect();
    let reached = match tree::reach(document, roots) {
        Ok(reached) => reached,
        Err(fault) => return faults.push(fault),
    };
    for kind in ["schemas", "responses", "headers", "parameters", "examples", "requestBodies"] {
        let Some(components) = document["components"].get_mut(kind).and_then(Value::as_object_mut) else { continue };
        components.retain(|name, _| reached.contains(&format!("#/components/{kind}/{name}")));
        components.sort_keys();
    }
    let used: BTreeSet<String> =
        tree::all_operations(document).filter_map(|(.., operation)| first_tag(operation)).collect();
    if let Some(tags) = document.get_mut("tags").and_then(Value::as_array_mut) {
        tags.retain(|tag| tag.get("name").and_then(Value::as_str).is_some_and(|name| used.contains(name)));
        let described: BTreeSet<&str> = tags.iter().filter_map(|tag| tag["name"].as_str()).collect();
        faults.extend(
            used.iter()
                .filter(|tag| !described.contains(tag.as_str()))
                .map(|tag| format!("the tag {tag} has no description")),
        );
    }
    if let Some(Value::Object(components)) = document.get_mut("components") {
        components.retain(|_, kind| kind.as_object().is_none_or(|kind: &Map<String, Value>| !kind.is_empty()));
    }
}

fn first_tag(operation: &Value) -> Option<String> {
    operation.pointer("/tags/0")?.as_str().map(str::to_owned)
}
