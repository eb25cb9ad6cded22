//! The rules that the library offers to hosts, on our own document; and what it must say besides, of our groups alone.

use std::collections::BTreeSet;

use astra_core::auth::access::{GROUPS, operations};
use astra_core::testing::document_rules;
use serde_json::Value;

use crate::support::document;

#[test]
fn the_document_keeps_its_rules() {
    let faults = document_rules(&document().value);
    assert!(faults.is_empty(), "{} found:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn tags_are_in_order() {
    let places: Vec<usize> = document().value["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .map(|tag| GROUPS.iter().position(|known| tag["name"] == *known).unwrap_or_else(|| panic!("{tag} is no group")))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn every_stream_says_how_it_ends() {
    for (.., operation) in document().operations() {
        let streams = operation["responses"]["200"]["content"]["text/event-stream"].is_object();
        let says = &operation["x-stream"];
        let is_said = says["resumed_by"].is_string() || says["ends_with"].is_array();
        assert_eq!(streams, is_said, "{}: {says}", text(operation, "operationId"));
    }
}

#[test]
fn public_operations_are_the_ones_we_mean() {
    let public: Vec<&str> = document()
        .operations()
        .filter(|(.., operation)| operation["security"] == serde_json::json!([]))
        .map(|(.., operation)| text(operation, "operationId"))
        .collect();
    let public_of_auth = ["register", "get_sign_in_options", "token", "refresh", "jwks", "start_oidc", "finish_oidc"];
    let auth = public_of_auth.map(|verb| format!("auth.{verb}"));
    let known: Vec<String> = auth.into_iter().chain(["health.".to_owned()]).collect();
    assert!(public.iter().all(|id| known.iter().any(|known| id.starts_with(known.as_str()))), "{public:?}");
}

#[test]
fn a_group_that_is_served_is_served_whole() {
    let served: BTreeSet<&str> =
        document().operations().map(|(.., operation)| text(operation, "operationId")).collect();
    let groups: BTreeSet<&str> = served.iter().filter_map(|id| id.split('.').next()).collect();
    let rows = operations().map(|(id, _)| id);
    let missing: Vec<&str> = rows
        .filter(|id| id.split('.').next().is_some_and(|group| groups.contains(group)) && !served.contains(id))
        .collect();
    assert!(missing.is_empty(), "the table of permissions has rows for what is not served: {missing:?}");
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

#[track_caller]
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is missing: {value:#}"))
}
