//! Schemas: bounded, described, closed where they are sent, and none of them empty.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::document;

/// Keys whose values are data or maps of schemas, not schemas.
const DATA: [&str; 7] = ["const", "default", "enum", "example", "examples", "mapping", "required"];

/// Requests that take unknown fields: those of a foreign protocol, whose clients send more than the gateway understands.
const OPEN: [&str; 2] = ["ChatCompletionMessage", "ChatCompletionRequest"];

#[test]
fn every_string_number_and_list_is_bounded() {
    for (place, schema) in schemas() {
        let is = |kind: &str| {
            schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)))
        };
        let is_closed = schema.get("enum").is_some() || schema.get("const").is_some();
        let has = |key: &str| schema.get(key).is_some();
        assert!(!is("string") || is_closed || has("maxLength"), "{place}: no maxLength: {schema}");
        assert!(
            !is("string") || is_closed || has("pattern") || has("format") || has("contentMediaType"),
            "{place}: no form: {schema}"
        );
        assert!(!is("array") || has("maxItems"), "{place}: no maxItems: {schema}");
        assert!(!is("array") || has("items"), "{place}: no items: {schema}");
        assert!(!is("integer") || is_closed || (has("minimum") && has("maximum")), "{place}: no range: {schema}");
    }
}

#[test]
fn no_schema_allows_everything() {
    for (place, schema) in schemas() {
        let says = ["$ref", "type", "oneOf", "anyOf", "allOf", "enum", "const"];
        assert!(says.iter().any(|key| schema.get(key).is_some()), "{place}: {schema}");
    }
}

#[test]
fn components_and_their_fields_are_described() {
    for (name, schema) in document().value["components"]["schemas"].as_object().expect("schemas") {
        assert!(schema["description"].is_string(), "{name} has no description");
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let target = document().follow(property);
            let branches = property["oneOf"].as_array().into_iter().flatten();
            let is_described = [property, target].into_iter().chain(branches.map(|branch| document().follow(branch)));
            assert!(
                is_described.into_iter().any(|schema| schema["description"].is_string())
                    || property["const"].is_string(),
                "{name}.{field} has no description"
            );
        }
    }
}

#[test]
fn fields_have_good_examples_and_defaults() {
    for (place, schema) in schemas() {
        let examples = schema["examples"].as_array().into_iter().flatten();
        for value in examples.chain(schema.get("example")).chain(schema.get("default")) {
            let faults = document().faults(&without_examples(schema), value);
            assert!(faults.is_empty(), "{place}: {value}: {faults:?}");
        }
    }
}

#[test]
fn requests_refuse_unknown_fields_and_answers_may_grow() {
    let (mut sent, mut answered) = (Vec::new(), Vec::new());
    for (.., operation) in document().operations() {
        sent.extend(operation.get("requestBody"));
        answered.extend(operation.get("responses"));
    }
    let sent = reached(&sent);
    for name in &sent {
        visit(name, &document().value["components"]["schemas"][name], &mut |place, schema| {
            if schema["properties"].is_object() && schema.get("allOf").is_none() {
                let rest = &schema["additionalProperties"];
                let is_open = OPEN.contains(&name.as_str()) && *rest == json!(true);
                assert!(
                    *rest == json!(false) || rest.is_object() || is_open,
                    "{place}: unknown fields are not refused"
                );
            }
        });
    }
    for name in reached(&answered).difference(&sent) {
        let schema = &document().value["components"]["schemas"][name];
        assert_ne!(schema["additionalProperties"], json!(false), "{name}: clients could not survive a new field");
    }
}

#[test]
fn unions_say_which_field_tells_their_branches_apart() {
    for (name, schema) in document().value["components"]["schemas"].as_object().expect("schemas") {
        let Some(branches) = schema["oneOf"].as_array() else { continue };
        if branches.iter().any(|branch| document().follow(branch)["type"] != "object") {
            continue;
        }
        let mapping =
            schema["discriminator"]["mapping"].as_object().unwrap_or_else(|| panic!("{name}: no discriminator"));
        let references: BTreeSet<&str> = branches.iter().filter_map(|branch| branch["$ref"].as_str()).collect();
        assert_eq!(references, mapping.values().filter_map(Value::as_str).collect(), "{name}");
    }
}

#[test]
fn references_resolve_and_components_are_used() {
    let mut all = BTreeSet::new();
    references(&document().value, &mut all);
    for reference in &all {
        assert!(document().value.pointer(reference.trim_start_matches('#')).is_some(), "{reference} points to nothing");
    }
    for kind in ["schemas", "responses", "headers"] {
        for name in document().value["components"][kind].as_object().into_iter().flatten().map(|(name, _)| name) {
            assert!(all.contains(&format!("#/components/{kind}/{name}")), "nothing uses {kind}/{name}");
        }
    }
}

/// Every schema of the document with its place.
fn schemas() -> Vec<(String, &'static Value)> {
    let mut found = Vec::new();
    let components = document().value["components"]["schemas"].as_object().expect("schemas");
    for (name, schema) in components {
        visit(name, schema, &mut |place, schema| found.push((place.to_owned(), schema)));
    }
    for (.., operation) in document().operations() {
        let id = operation["operationId"].as_str().expect("an id");
        within(id, operation, &mut found);
    }
    found
}

/// Schemas within an operation: whatever stands under the key `schema`.
fn within(place: &str, value: &'static Value, found: &mut Vec<(String, &'static Value)>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                if key == "schema" {
                    visit(&format!("{place}/schema"), inner, &mut |place, schema| {
                        found.push((place.to_owned(), schema))
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

/// Calls `judge` with a schema and all schemas within it.
fn visit<'a>(place: &str, schema: &'a Value, judge: &mut dyn FnMut(&str, &'a Value)) {
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

/// Names of the component schemas that `values` reach.
fn reached(values: &[&Value]) -> BTreeSet<String> {
    let mut open = BTreeSet::new();
    values.iter().for_each(|value| references(value, &mut open));
    let mut names = BTreeSet::new();
    while let Some(reference) = open.pop_first() {
        let target = document().value.pointer(reference.trim_start_matches('#')).expect("no dangling reference");
        let is_new = match reference.strip_prefix("#/components/schemas/") {
            Some(name) => names.insert(name.to_owned()),
            None => true,
        };
        if is_new {
            references(target, &mut open);
        }
    }
    names
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|inner| references(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

fn without_examples(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(schema) = schema.as_object_mut() {
        for key in ["default", "example", "examples"] {
            schema.remove(key);
        }
    }
    schema
}
