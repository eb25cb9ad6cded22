//! Schemas: bounded, described, closed where they are sent, and none of them empty.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::references::reached;
use super::visit::{schemas, visit};
use crate::testing::Document;

pub(super) fn check(document: &Document, faults: &mut Vec<String>) {
    for (place, schema) in schemas(document) {
        let found = [bounds(schema), emptiness(schema), examples(document, schema)].concat();
        faults.extend(found.into_iter().map(|fault| format!("{place}: {fault}")));
    }
    descriptions(document, faults);
    unions(document, faults);
    closing(document, faults);
}

fn bounds(schema: &Value) -> Vec<String> {
    let is = |kind: &str| {
        schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)))
    };
    let has = |keys: &[&str]| keys.iter().any(|key| schema.get(*key).is_some());
    let is_closed = has(&["enum", "const"]);
    let is_time = is("string") && schema["format"] == "date-time";
    let rules = [
        (is("string") && !is_closed && !is_time && !has(&["maxLength"]), "no maxLength"),
        (is_time && has(&["maxLength"]), "a maxLength beside date-time"),
        (is("string") && !is_closed && !has(&["pattern", "format", "contentMediaType"]), "no form"),
        (is("array") && !has(&["maxItems"]), "no maxItems"),
        (is("array") && !has(&["items"]), "no items"),
        (
            schema.get("additionalProperties").is_some_and(|rest| *rest != false) && !has(&["maxProperties"]),
            "no maxProperties",
        ),
        (is("integer") && !is_closed && !(has(&["minimum"]) && has(&["maximum"])), "no range"),
    ];
    rules.iter().filter(|(is_broken, _)| *is_broken).map(|(_, fault)| format!("{fault}: {schema}")).collect()
}

/// What allows everything must be said to: `AnyJson` is the component for it.
const ANYTHING: &str = "Any JSON value.";

fn emptiness(schema: &Value) -> Vec<String> {
    let says = ["$ref", "type", "oneOf", "anyOf", "allOf", "enum", "const"];
    let is_empty = !says.iter().any(|key| schema.get(key).is_some());
    let is_meant = schema.get("description").is_some_and(|description| description == ANYTHING);
    if is_empty && !is_meant { vec![format!("it allows everything: {schema}")] } else { Vec::new() }
}

fn examples(document: &Document, schema: &Value) -> Vec<String> {
    let examples = schema["examples"].as_array().into_iter().flatten();
    let values: Vec<&Value> = examples.chain(schema.get("example")).chain(schema.get("default")).collect();
    let mut bare = schema.clone();
    if let Some(bare) = bare.as_object_mut() {
        bare.retain(|key, _| !["default", "example", "examples"].contains(&key.as_str()));
    }
    let faults = |value: &&Value| {
        let faults = document.faults(&bare, value);
        (!faults.is_empty()).then(|| format!("it refuses its own {value}: {}", faults.join("; ")))
    };
    values.iter().filter_map(faults).collect()
}

fn descriptions(document: &Document, faults: &mut Vec<String>) {
    for (name, schema) in components(document) {
        if !schema["description"].is_string() {
            faults.push(format!("{name} has no description"));
        }
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let branches = property["oneOf"].as_array().into_iter().flatten().map(|branch| document.follow(branch));
            let mut places = [property, document.follow(property)].into_iter().chain(branches);
            if !places.any(|schema| schema["description"].is_string()) && !property["const"].is_string() {
                faults.push(format!("{name}.{field} has no description"));
            }
        }
    }
}

fn unions(document: &Document, faults: &mut Vec<String>) {
    for (name, schema) in components(document) {
        let Some(branches) = schema["oneOf"].as_array() else { continue };
        if branches.iter().any(|branch| document.follow(branch)["type"] != "object") {
            continue;
        }
        let Some(mapping) = schema["discriminator"]["mapping"].as_object() else {
            faults.push(format!("{name} does not say which field tells its forms apart"));
            continue;
        };
        let references: BTreeSet<&str> = branches.iter().filter_map(|branch| branch["$ref"].as_str()).collect();
        if references != mapping.values().filter_map(Value::as_str).collect() {
            faults.push(format!("{name} maps other forms than it has"));
        }
    }
}

/// Unknown fields of requests are refused, unless the document says outright that they may come; answers may grow.
fn closing(document: &Document, faults: &mut Vec<String>) {
    let (mut sent, mut answered) = (Vec::new(), Vec::new());
    for (.., operation) in document.operations() {
        sent.extend(operation.get("requestBody"));
        answered.extend(operation.get("responses"));
    }
    let sent = reached(document, &sent);
    let schemas = &document.value["components"]["schemas"];
    for name in &sent {
        visit(name, &schemas[name], &mut |place, schema| {
            let has_fields = schema["properties"].is_object() && schema.get("allOf").is_none();
            if has_fields && schema.get("additionalProperties").is_none() {
                faults.push(format!("{place}: unknown fields are neither refused nor allowed"));
            }
        });
    }
    for name in reached(document, &answered).difference(&sent) {
        if schemas[name]["additionalProperties"] == false {
            faults.push(format!("{name} refuses new fields, which clients could not survive"));
        }
    }
}

fn components(document: &Document) -> impl Iterator<Item = (&String, &Value)> {
    document.value["components"]["schemas"].as_object().into_iter().flatten()
}
