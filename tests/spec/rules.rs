//! What the document says of each operation: id, tag, words, parameters, examples.

use std::collections::BTreeSet;

use astra_core::auth::scope::OPERATIONS;
use serde_json::Value;

use crate::support::document;

/// The groups in the order in which the document shows them.
const TAGS: [&str; 18] = [
    "health",
    "auth",
    "agents",
    "sessions",
    "chat",
    "memory",
    "memory-profiles",
    "tools",
    "jobs",
    "traces",
    "workspaces",
    "skills",
    "channels",
    "inference",
    "cron",
    "webhooks",
    "admin",
    "spec",
];

#[test]
fn ids_are_group_and_verb_and_unique() {
    let mut seen = BTreeSet::new();
    for (path, method, operation) in document().operations() {
        let id = text(operation, "operationId");
        let (group, verb) = id.split_once('.').unwrap_or_else(|| panic!("{method} {path}: {id}"));
        assert!(verb.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && !verb.is_empty(), "{id}");
        assert_eq!(operation["tags"], serde_json::json!([group]), "{id}");
        assert!(seen.insert(id), "{id} is there twice");
    }
}

#[test]
fn tags_are_described_and_in_order() {
    let places: Vec<usize> = document().value["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .map(|tag| {
            assert!(text(tag, "description").len() > 20, "{tag}");
            TAGS.iter().position(|known| tag["name"] == *known).unwrap_or_else(|| panic!("{tag} is no group"))
        })
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn operations_are_described() {
    for (path, method, operation) in document().operations() {
        let (summary, description) = (text(operation, "summary"), text(operation, "description"));
        assert!((4..=80).contains(&summary.len()) && !summary.ends_with('.'), "{method} {path}: {summary:?}");
        assert!(description.len() > 20 && description != summary, "{method} {path}: {description:?}");
        for (status, response) in operation["responses"].as_object().expect("responses") {
            assert!(!text(document().follow(response), "description").is_empty(), "{method} {path}: {status}");
        }
    }
}

#[test]
fn public_operations_are_the_ones_we_mean() {
    let public: Vec<&str> = document()
        .operations()
        .filter(|(.., operation)| operation["security"] == serde_json::json!([]))
        .map(|(.., operation)| text(operation, "operationId"))
        .collect();
    let known = ["health.", "auth.register", "auth.token", "auth.refresh", "auth.jwks"];
    assert!(public.iter().all(|id| known.iter().any(|known| id.starts_with(known))), "{public:?}");
}

#[test]
fn a_group_that_is_served_is_served_whole() {
    let served: BTreeSet<&str> =
        document().operations().map(|(.., operation)| text(operation, "operationId")).collect();
    let groups: BTreeSet<&str> = served.iter().filter_map(|id| id.split('.').next()).collect();
    let rows = OPERATIONS.iter().map(|(id, _)| *id);
    let missing: Vec<&str> = rows
        .filter(|id| id.split('.').next().is_some_and(|group| groups.contains(group)) && !served.contains(id))
        .collect();
    assert!(missing.is_empty(), "the table of permissions has rows for what is not served: {missing:?}");
}

#[test]
fn parameters_are_described_with_good_examples() {
    for (id, parameter) in parameters() {
        let context = format!("{id}: {}", parameter["name"]);
        assert!(text(parameter, "description").len() > 4, "{context}");
        assert!(!parameter["schema"].to_string().contains("\"null\""), "{context}: null cannot be sent");
        let example = parameter.get("example").unwrap_or_else(|| panic!("{context} has no example"));
        let faults = document().faults(&parameter["schema"], example);
        assert!(faults.is_empty(), "{context}: {faults:?}");
    }
}

#[test]
fn bodies_have_good_examples() {
    for (path, method, operation) in document().operations() {
        let answers = operation["responses"].as_object().expect("responses").values();
        let bodies = answers.map(|answer| document().follow(answer)).chain(operation.get("requestBody"));
        for (media_type, body) in bodies.flat_map(|body| body["content"].as_object().into_iter().flatten()) {
            for example in examples(body) {
                let faults = document().faults(&body["schema"], example);
                assert!(faults.is_empty(), "{method} {path}: {media_type}: {faults:#?}\n{example:#}");
            }
        }
        for (media_type, body) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            assert!(!examples(body).is_empty(), "{method} {path}: the body of {media_type} has no example");
        }
    }
}

#[test]
fn the_title_says_whose_it_is() {
    let info = &document().value["info"];
    assert_eq!(document().value["openapi"], "3.1.0");
    assert_eq!(info["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(info["license"]["identifier"], "Apache-2.0");
    assert!(info["contact"]["url"].is_string());
    let scheme = &document().value["components"]["securitySchemes"]["bearer"];
    assert!(text(scheme, "description").contains("RFC8725"));
}

fn examples(body: &Value) -> Vec<&Value> {
    let named = body["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
    body.get("example").into_iter().chain(named).collect()
}

fn parameters() -> impl Iterator<Item = (&'static str, &'static Value)> {
    document().operations().flat_map(|(.., operation)| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters.map(|parameter| (text(operation, "operationId"), document().follow(parameter)))
    })
}

#[track_caller]
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is missing: {value:#}"))
}
