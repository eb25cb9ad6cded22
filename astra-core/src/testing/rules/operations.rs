//! Each operation: id, tag, words, permission, parameters, examples.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::visit::text;
use crate::testing::Document;

const SUMMARY_CHARACTERS: std::ops::RangeInclusive<usize> = 4..=80;
/// A description that is no longer says nothing.
const DESCRIPTION_CHARACTERS_MIN: usize = 21;
const PARAMETER_CHARACTERS_MIN: usize = 5;

pub(super) fn check(document: &Document, faults: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for (path, method, operation) in document.operations() {
        let mut found = Vec::new();
        identity(operation, &mut seen, &mut found);
        words(document, operation, &mut found);
        permission(operation, &mut found);
        parameters(document, operation, &mut found);
        bodies(document, operation, &mut found);
        faults.extend(found.into_iter().map(|fault| format!("{method} {path}: {fault}")));
    }
    for (path, method, operation) in document.operations() {
        let resumed_by = operation["x-stream"]["resumed_by"].as_str();
        if let Some(id) = resumed_by.filter(|id| !seen.contains(id)) {
            faults.push(format!("{method} {path}: its stream is resumed by {id}, which is no operation"));
        }
    }
    for tag in document.value["tags"].as_array().into_iter().flatten() {
        if text(tag, "description").chars().count() < DESCRIPTION_CHARACTERS_MIN {
            faults.push(format!("the tag {} is not described", tag["name"]));
        }
    }
}

fn identity<'a>(operation: &'a Value, seen: &mut BTreeSet<&'a str>, faults: &mut Vec<String>) {
    let id = text(operation, "operationId");
    let (group, verb) = id.split_once('.').unwrap_or_default();
    if verb.is_empty() || !verb.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        faults.push(format!("its id {id:?} is not <group>.<verb>"));
    }
    if operation["tags"] != json!([group]) {
        faults.push(format!("its tags are {}, its group is {group:?}", operation["tags"]));
    }
    if !seen.insert(id) {
        faults.push(format!("its id {id} is there twice"));
    }
}

fn words(document: &Document, operation: &Value, faults: &mut Vec<String>) {
    let (summary, description) = (text(operation, "summary"), text(operation, "description"));
    if !SUMMARY_CHARACTERS.contains(&summary.chars().count()) || summary.ends_with('.') {
        faults.push(format!("its summary is no line of 4 to 80 characters without a full stop: {summary:?}"));
    }
    if description.chars().count() < DESCRIPTION_CHARACTERS_MIN || description == summary {
        faults.push(format!("its description says nothing: {description:?}"));
    }
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        if text(document.follow(response), "description").is_empty() {
            faults.push(format!("its answer {status} is not described"));
        }
    }
    if operation["responses"]
        .as_object()
        .is_none_or(|responses| !responses.keys().any(|key| key.starts_with(['2', '3'])))
    {
        faults.push("it documents no answer of success".to_owned());
    }
}

fn permission(operation: &Value, faults: &mut Vec<String>) {
    match operation["security"].as_array().map(Vec::as_slice) {
        None => faults.push("it does not say whom it is for".to_owned()),
        Some([_]) if operation["x-required-role"].is_null() => faults.push("it does not say for which role".to_owned()),
        Some(_) => {}
    }
}

fn parameters(document: &Document, operation: &Value, faults: &mut Vec<String>) {
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let parameter = document.follow(parameter);
        let context = format!("its parameter {}", text(parameter, "name"));
        if text(parameter, "description").chars().count() < PARAMETER_CHARACTERS_MIN {
            faults.push(format!("{context} is not described"));
        }
        if parameter["schema"].to_string().contains("\"null\"") {
            faults.push(format!("{context} may be null, which cannot be sent"));
        }
        match parameter.get("example") {
            None => faults.push(format!("{context} has no example")),
            Some(example) => {
                let found = document.faults(&parameter["schema"], example);
                faults.extend(found.into_iter().map(|fault| format!("{context} has a bad example: {fault}")));
            }
        }
    }
}

fn bodies(document: &Document, operation: &Value, faults: &mut Vec<String>) {
    let answers = operation["responses"].as_object().into_iter().flatten().map(|(_, answer)| document.follow(answer));
    for body in answers.chain(operation.get("requestBody")) {
        for (media_type, body) in body["content"].as_object().into_iter().flatten() {
            for example in examples(body) {
                let found = document.faults(&body["schema"], example);
                faults.extend(found.into_iter().map(|fault| format!("{media_type} has a bad example: {fault}")));
            }
        }
    }
    for (media_type, body) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
        // Bytes without a schema have no example either.
        if body.get("schema").is_some() && examples(body).is_empty() {
            faults.push(format!("its body as {media_type} has no example"));
        }
    }
}

fn examples(body: &Value) -> Vec<&Value> {
    let named = body["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
    body.get("example").into_iter().chain(named).collect()
}
