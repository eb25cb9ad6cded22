//! A struct within a struct (`#[serde(flatten)]`) comes as `allOf`, which no request can be closed with and of which
//! generators make a second type: the fields of both become those of one object.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::tree;

const SCHEMAS: &str = "#/components/schemas/";

/// Merges every component that is an `allOf` of objects. In the gateway's own answers all fields are required: they are
/// always written. `hosts` are the paths of a host program.
pub(super) fn merge(document: &mut Value, hosts: &BTreeSet<String>, faults: &mut Vec<String>) {
    let (asked, answered) = match (reached(document, tree::asked, &BTreeSet::new()), reached(document, answers, hosts))
    {
        (Ok(asked), Ok(answered)) => (asked, answered),
        (Err(fault), _) | (_, Err(fault)) => return faults.push(fault),
    };
    let whole = &*document;
    let components = whole["components"]["schemas"].as_object().into_iter().flatten();
    let found: Vec<(String, Value)> =
        components.filter_map(|(name, schema)| Some((name.clone(), merged(whole, schema)?))).collect();
    for (name, mut merged) in found {
        let reference = format!("{SCHEMAS}{name}");
        if answered.contains(&reference) && !asked.contains(&reference) {
            let names: Vec<Value> = merged["properties"]
                .as_object()
                .map(|all| all.keys().cloned().map(Value::from).collect())
                .unwrap_or_default();
            merged["required"] = names.into();
        }
        document["components"]["schemas"][&name] = merged;
    }
}

fn answers(operation: &Value) -> impl Iterator<Item = &Value> {
    operation.get("responses").into_iter()
}

/// All that the `parts` of the operations reach whose paths are not in `hosts`.
fn reached<'a, P: Iterator<Item = &'a Value>>(
    document: &'a Value,
    parts: impl Fn(&'a Value) -> P,
    hosts: &BTreeSet<String>,
) -> Result<BTreeSet<String>, String> {
    let own = tree::all_operations(document).filter(|(path, ..)| !hosts.contains(*path));
    tree::reach(document, own.flat_map(|(.., operation)| parts(operation)))
}

/// `schema` as one object, its own fields first; `None` if it is no `allOf` of objects.
fn merged(document: &Value, schema: &Value) -> Option<Value> {
    let mut parts: Vec<&Value> = schema.get("allOf")?.as_array()?.iter().collect();
    parts.sort_by_key(|part| part.get("$ref").is_some());
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in parts {
        let part = match tree::follow(document, part).ok()? {
            part if part.get("allOf").is_some() => &merged(document, part)?,
            part => part,
        };
        properties.extend(part.get("properties")?.as_object()?.clone());
        required.extend(part.get("required").and_then(Value::as_array).into_iter().flatten().cloned());
    }
    let mut merged = Map::from_iter([("type".to_owned(), Value::from("object"))]);
    merged.extend(schema.get("description").map(|description| ("description".to_owned(), description.clone())));
    if !required.is_empty() {
        merged.insert("required".into(), required.into());
    }
    merged.insert("properties".into(), properties.into());
    Some(merged.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged_in(use_of_it: Value, hosts: &[&str]) -> Value {
        let mut document = json!({
            "paths": {"/things": {"post": use_of_it}},
            "components": {"schemas": {
                "Thing": {"description": "A thing.", "allOf": [
                    {"$ref": "#/components/schemas/Settings"},
                    {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}]},
                "Settings": {"type": "object", "required": ["name"], "additionalProperties": false,
                    "properties": {"name": {"type": "string"}, "size": {"type": "integer"}}},
            }},
        });
        let mut faults = Vec::new();
        merge(&mut document, &hosts.iter().map(|path| (*path).to_owned()).collect(), &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        document["components"]["schemas"]["Thing"].take()
    }

    #[test]
    fn requests_keep_what_is_required_and_answers_have_all() {
        let body = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}});
        let with = |required: Value| {
            json!({"type": "object", "description": "A thing.", "required": required, "properties": {
                "id": {"type": "string"}, "name": {"type": "string"}, "size": {"type": "integer"}}})
        };
        let (some, all) = (json!(["id", "name"]), json!(["id", "name", "size"]));
        assert_eq!(merged_in(json!({"requestBody": body}), &[]), with(some.clone()));
        assert_eq!(merged_in(json!({"responses": {"200": body}}), &[]), with(all));
        assert_eq!(merged_in(json!({"requestBody": body, "responses": {"200": body}}), &[]), with(some.clone()));
        // Whether a host's answers have all fields is not known.
        assert_eq!(merged_in(json!({"responses": {"200": body}}), &["/things"]), with(some));
    }
}
