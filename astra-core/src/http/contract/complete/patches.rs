//! The body of a PATCH is made of the schema of what it changes: `UpdateAgent` is written as a mere reference to
//! `AgentDefinition`, and becomes an object whose fields may be left out, and be null if they have a default.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::tree;

const SCHEMAS: &str = "#/components/schemas/";

/// Writes the body of every PATCH whose component refers to another one.
pub(super) fn write(document: &mut Value, faults: &mut Vec<String>) {
    let bodies: BTreeSet<String> = tree::operations(document.get_mut("paths"))
        .filter(|(_, method, _)| *method == "patch")
        .filter_map(|(.., operation)| {
            let body = operation.pointer("/requestBody/content/application~1json/schema/$ref")?;
            body.as_str()?.strip_prefix(SCHEMAS).map(str::to_owned)
        })
        .collect();
    for name in bodies {
        let Some(components) = tree::schemas(document) else { return };
        let Some((target, description)) = components.get(&name).and_then(marker) else { continue };
        let mut made = Map::new();
        let patch = patch_of(components, &target, &mut made);
        let Some(Value::Object(mut patch)) = patch else {
            faults.push(format!("{name}: {target} has no fields that a patch can change"));
            continue;
        };
        patch.insert("description".into(), description);
        components.insert(name, patch.into());
        for (name, schema) in made {
            if components.get(&name).is_some_and(|other| *other != schema) {
                faults.push(format!("the schema name {name} is taken: a patch needs it"));
            }
            components.insert(name, schema);
        }
    }
}

/// The component that `schema` refers to, and its own description, if it says nothing else.
fn marker(schema: &Value) -> Option<(String, Value)> {
    let target = schema.get("$ref")?.as_str()?.strip_prefix(SCHEMAS)?;
    Some((target.to_owned(), schema.get("description").cloned().unwrap_or_default()))
}

/// The patch of the component `name`; those of objects within it are put into `made`.
fn patch_of(components: &Map<String, Value>, name: &str, made: &mut Map<String, Value>) -> Option<Value> {
    let mut schema = components.get(name)?.clone();
    let object = schema.as_object_mut()?;
    let required: BTreeSet<String> =
        object.shift_remove("required").and_then(|names| serde_json::from_value(names).ok()).unwrap_or_default();
    object.shift_remove("default");
    for (field, property) in object.get_mut("properties")?.as_object_mut()? {
        property.as_object_mut().map(|property| property.shift_remove("default"));
        patch_references(components, property, made);
        // An entry of a map that is set to null is removed.
        property.get_mut("additionalProperties").into_iter().for_each(admit_null);
        if !required.contains(field) {
            admit_null(property);
        }
    }
    Some(schema)
}

/// Replaces references to objects, which are patched in parts, by references to their patches.
fn patch_references(components: &Map<String, Value>, property: &mut Value, made: &mut Map<String, Value>) {
    if let Some(Value::Array(branches)) = property.get_mut("oneOf") {
        branches.iter_mut().for_each(|branch| patch_references(components, branch, made));
        return;
    }
    let Some(name) = property.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(SCHEMAS)) else {
        return;
    };
    let Some(patch) = patch_of(components, name, made) else { return };
    // An object of which everything may be left out and be null is its own patch.
    if without_defaults(&components[name]) != patch {
        let patch_name = format!("Update{name}");
        made.insert(patch_name.clone(), patch);
        property["$ref"] = format!("{SCHEMAS}{patch_name}").into();
    }
}

/// `schema` without the defaults of it and of its fields.
fn without_defaults(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let fields = schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut);
    fields.filter_map(Value::as_object_mut).for_each(|field| drop(field.shift_remove("default")));
    schema.as_object_mut().map(|schema| schema.shift_remove("default"));
    schema
}

fn admit_null(property: &mut Value) {
    if !property.is_object() {
        return;
    }
    if let Some(kind) = property.get_mut("type") {
        match kind {
            Value::String(only) => *kind = json!([only, "null"]),
            Value::Array(kinds) if !kinds.iter().any(|kind| kind == "null") => kinds.push("null".into()),
            _ => {}
        }
    } else if let Some(Value::Array(branches)) = property.get_mut("oneOf") {
        if branches.iter().all(|branch| branch.get("type").is_none_or(|kind| kind != "null")) {
            branches.insert(0, json!({"type": "null"}));
        }
    } else if let Some(reference) = property.as_object_mut().and_then(|property| property.shift_remove("$ref")) {
        property["oneOf"] = json!([{"type": "null"}, {"$ref": reference}]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_may_be_left_out_and_be_null_where_they_have_a_default() {
        let mut document = json!({
            "paths": {"/things/{id}": {"patch": {"requestBody": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/UpdateThing"}}}}}}},
            "components": {"schemas": {
                "UpdateThing": {"$ref": "#/components/schemas/Thing", "description": "The changes."},
                "Thing": {"type": "object", "description": "A thing.", "required": ["name"], "properties": {
                    "name": {"type": "string"},
                    "size": {"type": "integer", "default": 1},
                    "title": {"type": ["string", "null"]},
                    "kind": {"$ref": "#/components/schemas/Kind", "description": "Which."},
                    "part": {"$ref": "#/components/schemas/Part"},
                    "limits": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Limits"}]},
                    "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                    "rest": {"type": "object", "additionalProperties": true},
                }},
                "Kind": {"type": "string", "enum": ["a"]},
                "Part": {"type": "object", "properties": {"list": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}},
                "Limits": {"type": "object", "properties": {"most": {"type": ["integer", "null"]}}},
            }},
        });
        let mut faults = Vec::new();
        write(&mut document, &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        let schemas = &document["components"]["schemas"];
        assert_eq!(
            schemas["UpdateThing"],
            json!({"type": "object", "description": "The changes.", "properties": {
                "name": {"type": "string"},
                "size": {"type": ["integer", "null"]},
                "title": {"type": ["string", "null"]},
                "kind": {"description": "Which.", "oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Kind"}]},
                "part": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/UpdatePart"}]},
                "limits": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Limits"}]},
                "labels": {"type": ["object", "null"], "additionalProperties": {"type": ["string", "null"]}},
                "rest": {"type": ["object", "null"], "additionalProperties": true},
            }})
        );
        let list = json!({"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Thing"}});
        assert_eq!(schemas["UpdatePart"]["properties"]["list"], list);
    }

    #[test]
    fn what_has_no_fields_is_a_fault() {
        let mut document = json!({
            "paths": {"/things": {"patch": {"requestBody": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/UpdateThing"}}}}}}},
            "components": {"schemas": {"UpdateThing": {"$ref": "#/components/schemas/Kind"}, "Kind": {"type": "string"}}},
        });
        let mut faults = Vec::new();
        write(&mut document, &mut faults);
        assert_eq!(faults, ["UpdateThing: Kind has no fields that a patch can change"]);
    }
}
