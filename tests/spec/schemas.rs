//! The rules find what they are for: each has a document that breaks it alone. And which of our requests take more than
//! they name.

use std::collections::BTreeSet;

use astra_core::testing::document_rules;
use serde_json::{Value, json};

use crate::support::document;

/// Requests that take unknown fields: those of a foreign protocol, whose clients send more than the gateway understands.
const OPEN: [&str; 11] = [
    "ChatCompletionCalledFunction",
    "ChatCompletionFunction",
    "ChatCompletionImageUrl",
    "ChatCompletionMessage",
    "ChatCompletionPartImageUrl",
    "ChatCompletionPartRefusal",
    "ChatCompletionPartText",
    "ChatCompletionRequest",
    "ChatCompletionTool",
    "ChatCompletionToolCall",
    "TokenRequest",
];

#[test]
fn only_requests_of_a_foreign_protocol_are_open() {
    let components = document().value["components"]["schemas"].as_object().expect("schemas");
    let sent = components.iter().filter(|(_, schema)| schema["properties"].is_object());
    let open: BTreeSet<&str> = sent
        .filter(|(_, schema)| schema["additionalProperties"] == json!(true))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(open, BTreeSet::from(OPEN));
}

/// Generators name the type of a field that has bounds of its own after its schema and the field, and the function that makes
/// a value `New` and its schema: neither may be the name of another schema.
#[test]
fn no_schema_has_a_name_that_generators_make() {
    let components = document().value["components"]["schemas"].as_object().expect("schemas");
    let camel = |name: &str| {
        let words = name.split('_').filter(|word| !word.is_empty());
        words.map(|word| word[..1].to_uppercase() + &word[1..]).collect::<String>()
    };
    for (name, schema) in components {
        assert!(!components.contains_key(&format!("New{name}")), "New{name} beside {name}");
        for (field, of_field) in schema["properties"].as_object().into_iter().flatten() {
            let made = format!("{name}{}", camel(field));
            let is_bounded = of_field["pattern"].is_string() || of_field["enum"].is_array();
            assert!(!is_bounded || !components.contains_key(&made), "{made} beside the field `{field}` of {name}");
        }
    }
}

/// Changes the place `pointer` of our document and answers the rules' faults.
fn broken(pointer: &str, change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut value = document().value.clone();
    change(value.pointer_mut(pointer).unwrap_or_else(|| panic!("there is no {pointer}")));
    document_rules(&value)
}

/// Takes the member `key` of the object at `pointer` away.
fn without(pointer: &str, key: &str) -> Vec<String> {
    broken(pointer, |object| assert!(object.as_object_mut().expect("an object").remove(key).is_some(), "no {key}"))
}

/// Sets the value at `pointer`.
fn with(pointer: &str, value: Value) -> Vec<String> {
    broken(pointer, |place| *place = value)
}

#[track_caller]
fn assert_told(faults: &[String], words: &str) {
    assert!(faults.iter().any(|fault| fault.contains(words)), "{words:?} is not among {faults:#?}");
}

const LIST: &str = "/paths/~1agents/get";
const CREATE: &str = "/paths/~1agents/post";
const AGENT: &str = "/components/schemas/Agent";

#[test]
fn a_bad_operation_is_found() {
    let at = |pointer: &str| format!("{LIST}/{pointer}");
    assert_told(&with(&at("operationId"), json!("list")), "GET /agents: its id \"list\" is not <group>.<verb>");
    assert_told(&with(&at("operationId"), json!("agents.create")), "its id agents.create is there twice");
    assert_told(&with(&at("tags"), json!(["other"])), "its group is \"agents\"");
    assert_told(&with(&at("summary"), json!("List.")), "its summary");
    assert_told(&with(&at("description"), json!("Lists.")), "its description says nothing");
    assert_told(&without(LIST, "security"), "it does not say whom it is for");
    assert_told(&without(LIST, "x-required-role"), "it does not say for which role");
    assert_told(&without(&at("responses"), "200"), "no answer of success");
    assert_told(&with(&at("responses/200/description"), json!("")), "its answer 200 is not described");
    let add = |operation: &mut Value| operation["x-stream"] = json!({"resumed_by": "agents.nothing"});
    assert_told(&broken(LIST, add), "its stream is resumed by agents.nothing, which is no operation");
    assert_told(&with("/tags/0/description", json!("Health.")), "the tag \"health\" is not described");
}

#[test]
fn a_bad_parameter_is_found() {
    let at = |pointer: &str| format!("{LIST}/parameters/0/{pointer}");
    assert_told(&with(&at("description"), json!("")), "is not described");
    assert_told(&without(&format!("{LIST}/parameters/0"), "example"), "has no example");
    assert_told(&with(&at("example"), json!({})), "has a bad example");
    assert_told(&with(&at("schema/type"), json!(["null", "integer"])), "may be null");
}

#[test]
fn a_bad_example_is_found() {
    let body = format!("{CREATE}/requestBody/content/application~1json");
    assert_told(&without(&body, "example"), "its body as application/json has no example");
    assert_told(&with(&format!("{body}/example"), json!({"id": 1})), "application/json has a bad example");
    assert_told(&with(&format!("{AGENT}/properties/display_name/example"), json!(1)), "it refuses its own 1");
}

#[test]
fn a_bad_schema_is_found() {
    let name = format!("{AGENT}/properties/display_name");
    assert_told(&without(&name, "maxLength"), "Agent.display_name: no maxLength");
    assert_told(&without(&name, "pattern"), "Agent.display_name: no form");
    let bound = |schema: &mut Value| schema["maxLength"] = json!(24);
    assert_told(
        &broken(&format!("{AGENT}/properties/created_at"), bound),
        "Agent.created_at: a maxLength beside date-time",
    );
    assert_told(&without(&name, "description"), "Agent.display_name has no description");
    assert_told(&without(AGENT, "description"), "Agent has no description");
    assert_told(&with(&name, json!({"description": "Anything."})), "it allows everything");
    assert_told(&without(&format!("{AGENT}/properties/version"), "maximum"), "Agent.version: no range");
    let list = json!({"type": "array", "description": "Names."});
    let faults = with(&name, list);
    assert_told(&faults, "no maxItems");
    assert_told(&faults, "no items");
}

#[test]
fn a_request_that_is_open_by_oversight_and_an_answer_that_is_closed_are_found() {
    assert_told(&without("/components/schemas/CreateAgent", "additionalProperties"), "CreateAgent: unknown fields");
    let close = |schema: &mut Value| schema["additionalProperties"] = json!(false);
    assert_told(&broken(AGENT, close), "Agent refuses new fields");
}

#[test]
fn a_union_that_cannot_be_told_apart_is_found() {
    let components = document().value["components"]["schemas"].as_object().expect("schemas");
    let (union, schema) =
        components.iter().find(|(_, schema)| schema["discriminator"].is_object()).expect("there are unions");
    let pointer = format!("/components/schemas/{union}");
    assert_told(&without(&pointer, "discriminator"), &format!("{union} does not say which field"));
    let (tag, _) = schema["discriminator"]["mapping"].as_object().and_then(|map| map.iter().next()).expect("a mapping");
    assert_told(&without(&format!("{pointer}/discriminator/mapping"), tag), &format!("{union} maps other forms"));
}

#[test]
fn references_to_nothing_and_what_nothing_refers_to_are_found() {
    let nowhere = json!({"$ref": "#/components/schemas/Nowhere"});
    assert_told(&with(&format!("{AGENT}/properties/display_name"), nowhere), "#/components/schemas/Nowhere points to");
    let add = |schemas: &mut Value| schemas["Lonely"] = json!({"type": "object", "description": "Nobody's."});
    assert_told(&broken("/components/schemas", add), "nothing uses schemas/Lonely");
}
