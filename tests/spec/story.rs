//! The story by which the contract calls every operation (`tests/contract/story.json`).

use serde_json::Value;

use crate::support::document;

/// Fields of bodies that say until when something holds.
const ENDS: [&str; 2] = ["valid_to", "expires_at"];

#[test]
fn no_call_sends_a_time_that_passes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/contract/story.json");
    let story: Value = serde_json::from_slice(&std::fs::read(path).expect("the story")).expect("JSON");
    let document = document();
    let mut sent = Vec::new();
    for (.., operation) in document.operations() {
        let id = operation["operationId"].as_str().expect("an id");
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let times = parameters.filter(|parameter| parameter["schema"]["format"] == "date-time");
        for name in times.filter_map(|parameter| parameter["name"].as_str()) {
            if story[id]["parameters"].get(name).is_none() {
                sent.push(format!("{id}: the parameter {name}"));
            }
        }
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let schema = match schema["$ref"].as_str() {
            Some(reference) => document.value.pointer(reference.trim_start_matches('#')).expect("a schema"),
            None => schema,
        };
        for name in ENDS.iter().filter(|name| schema["properties"][**name]["format"] == "date-time") {
            if story[id]["body"].get(name).is_none() {
                sent.push(format!("{id}: the field {name}"));
            }
        }
    }
    assert!(sent.is_empty(), "the example is sent, from which the clock has gone on: {sent:#?}");
}
