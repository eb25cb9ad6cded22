//! The host's components, webhooks and tags beside the gateway's. What would overwrite something is a fault: utoipa
//! merges documents by dropping doubles silently, and forgets half of these kinds.

use serde_json::{Map, Value, json};

/// The only scheme that the contract enforces.
const SCHEME: &str = "bearer";

/// Adds what `host`'s document has beside paths.
pub(super) fn join(document: &mut Value, host: &Value, faults: &mut Vec<String>) {
    for (kind, components) in host.get("components").and_then(Value::as_object).into_iter().flatten() {
        for (name, component) in components.as_object().into_iter().flatten() {
            if kind == "securitySchemes" {
                scheme(document, name, component, faults);
            } else {
                add(document, kind, name, component, faults);
            }
        }
    }
    for (name, webhook) in host.get("webhooks").and_then(Value::as_object).into_iter().flatten() {
        if document["webhooks"].get(name).is_some_and(|known| known != webhook) {
            faults.push(format!("two webhooks are named {name} in the document: rename one"));
        }
        document["webhooks"][name] = webhook.clone();
    }
    for tag in host.get("tags").and_then(Value::as_array).into_iter().flatten() {
        if let Some(tags) = document.get_mut("tags").and_then(Value::as_array_mut) {
            if tags.iter().any(|known| known["name"] == tag["name"] && known != tag) {
                faults.push(format!("the tag {} is described already", tag["name"]));
            } else if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
    }
    let dropped = [("servers", "one server: itself"), ("externalDocs", "no external documentation")];
    for (key, has) in dropped.iter().filter(|(key, _)| host.get(*key).is_some()) {
        faults.push(format!("the host's document has {key}, which would be dropped: the gateway's has {has}"));
    }
    for path in host.get("paths").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
        faults.push(format!("{path}: the host's document has it in `paths`, but no `routes!(..)` serves it"));
    }
}

/// Adds the component `name` of `kind`, which is `schemas`, `responses` or the like.
pub(super) fn add(document: &mut Value, kind: &str, name: &str, component: &Value, faults: &mut Vec<String>) {
    let kinds = &mut document["components"];
    if kinds.get(kind).is_none() {
        kinds[kind] = json!({});
    }
    let known = &mut kinds[kind];
    match known.get(name) {
        Some(other) if other != component => {
            let kind = if kind == "schemas" { "types".to_owned() } else { format!("components of {kind}") };
            faults.push(format!("two {kind} are named {name} in the document: rename one"));
        }
        Some(_) => {}
        None => known[name] = component.clone(),
    }
}

fn scheme(document: &Value, name: &str, scheme: &Value, faults: &mut Vec<String>) {
    if document["components"]["securitySchemes"].get(name) == Some(scheme) {
        return;
    }
    faults.push(if name == SCHEME {
        format!("the security scheme {SCHEME} is the gateway's own: leave it out")
    } else {
        format!("the security scheme {name} would not be enforced: {SCHEME}, the gateway's own, is the only one")
    });
}
