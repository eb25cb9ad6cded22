//! The document's section `webhooks`: what the gateway sends to endpoints, made of the catalogue of events.

use serde_json::{Map, Value, json};

use crate::store::events::{CATALOGUE, EventAudience};

/// The union of all events, whose branches are the bodies.
const UNION: &str = "WorkspaceEvent";
/// An event without its data, which endpoints may ask for.
const THIN: &str = "#/components/schemas/ThinEvent";
/// Where endpoints are registered, without which nothing is sent.
const REGISTRATION: &str = "/webhooks";

/// Adds a webhook for each type of event that endpoints get, if the document has the operations that register them.
pub(super) fn write(document: &mut Value, faults: &mut Vec<String>) {
    if document["paths"].get(REGISTRATION).is_none() {
        return;
    }
    let mapping = document.pointer(&format!("/components/schemas/{UNION}/discriminator/mapping")).cloned();
    let mut webhooks = Map::new();
    for event in CATALOGUE.iter().filter(|event| event.audience == EventAudience::All) {
        let Some(reference) = mapping.as_ref().and_then(|mapping| mapping.get(event.name)) else {
            faults.push(format!("the schema {UNION} has no branch for {}", event.name));
            continue;
        };
        let post = json!({
            "summary": event.description,
            "description": event.emitted,
            "operationId": format!("webhooks.{}", event.name.replace('.', "_")),
            // OpenAPI Generator leaves out what has this flag; its clients cannot be made of webhooks.
            "x-internal": true,
            "security": [],
            "parameters": headers(),
            "requestBody": {
                "required": true,
                "description": "The event.",
                "content": {"application/json": {"schema": {"anyOf": [{"$ref": reference}, {"$ref": THIN}]}}},
            },
            "responses": {
                "2XX": {"description": "The endpoint has the event: it is not sent again. Redirects are failures."},
                "410": {"description": "The endpoint is gone: the gateway switches the webhook off."},
            },
        });
        webhooks.insert(event.name.to_owned(), json!({"post": post}));
    }
    // Those of a host's own stand behind.
    if let Value::Object(of_host) = document["webhooks"].take() {
        for (name, webhook) in of_host {
            if webhooks.contains_key(&name) {
                faults.push(format!("the webhook {name} is the gateway's own"));
            } else {
                webhooks.insert(name, webhook);
            }
        }
    }
    document["webhooks"] = webhooks.into();
}

/// What Standard Webhooks has in the header of each delivery.
fn headers() -> Value {
    let header = |name: &str, description: &str, schema: Value, example: Value| json!({"name": name, "in": "header", "required": true, "description": description, "schema": schema, "example": example});
    let text = |length: u32| json!({"type": "string", "minLength": 1, "maxLength": length, "pattern": "^[ -~]+$"});
    json!([
        header(
            "webhook-id",
            "The id of the message: the same in each attempt to deliver it.",
            text(64),
            json!("dlv_06a1b2c3d4e5q"),
        ),
        header(
            "webhook-timestamp",
            "When this attempt was made, in seconds since the epoch.",
            json!({"type": "integer", "format": "int64", "minimum": 0, "maximum": 9_999_999_999_i64}),
            json!(1_767_605_400),
        ),
        header(
            "webhook-signature",
            "Signatures of id, timestamp and body, separated by spaces (Standard Webhooks).",
            text(1_024),
            json!("v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &str) -> (Value, Vec<String>) {
        let reference = |name: &str| json!(format!("#/components/schemas/{name}"));
        let mapping: Map<String, Value> =
            CATALOGUE.iter().skip(1).map(|event| (event.name.to_owned(), reference(event.name))).collect();
        let mut document = json!({
            "paths": {path: {"post": {}}},
            "components": {"schemas": {UNION: {"discriminator": {"mapping": mapping}}}},
        });
        let mut faults = Vec::new();
        write(&mut document, &mut faults);
        (document["webhooks"].take(), faults)
    }

    #[test]
    fn each_event_that_is_sent_has_its_schema() {
        let (webhooks, faults) = written(REGISTRATION);
        assert_eq!(faults, [format!("the schema {UNION} has no branch for {}", CATALOGUE[0].name)]);
        let sent = CATALOGUE.iter().filter(|event| event.audience == EventAudience::All).skip(1);
        let names: Vec<&str> = webhooks.as_object().expect("webhooks").keys().map(String::as_str).collect();
        assert_eq!(names, sent.map(|event| event.name).collect::<Vec<_>>());
        let body = &webhooks["agent.updated"]["post"]["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(*body, json!({"anyOf": [{"$ref": "#/components/schemas/agent.updated"}, {"$ref": THIN}]}));
        assert_eq!(webhooks["agent.updated"]["post"]["x-internal"], true);
    }

    #[test]
    fn a_document_that_registers_no_endpoints_has_none() {
        assert_eq!(written("/agents"), (Value::Null, Vec::new()));
    }
}
