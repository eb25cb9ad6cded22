//! What becomes of a document in another version: keyword by keyword, and of today's document as a whole.

use serde_json::{Value, json};

use super::{Version, in_version};
use crate::document::compare::compare;
use crate::document::walk::{Kind, walk};

fn rewritten(document: &Value, version: Version) -> Value {
    let mut document = document.clone();
    document["openapi"] = "3.1.0".into();
    in_version(document, version).expect("it can be rewritten")
}

fn schema30(schema: &Value) -> Value {
    let document = rewritten(
        &json!({"components": {"schemas": {"A": schema, "R": {"items": {"$ref": "#/components/schemas/R"}}}}}),
        Version::V30,
    );
    document["components"]["schemas"]["A"].clone()
}

#[test]
fn schemas_are_said_in_the_keywords_of_3_0() {
    let b = json!({"$ref": "#/components/schemas/B"});
    let rows = [
        (json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true})),
        (json!({"type": ["integer", "string"]}), json!({"anyOf": [{"type": "integer"}, {"type": "string"}]})),
        (
            json!({"type": ["integer", "string", "null"]}),
            json!({"anyOf": [{"type": "integer", "nullable": true}, {"type": "string"}]}),
        ),
        (json!({"type": "null"}), json!({"type": "object", "nullable": true, "enum": [null]})),
        (json!({"oneOf": [b, {"type": "null"}]}), json!({"allOf": [b], "nullable": true})),
        (
            json!({"oneOf": [{"$ref": "#/components/schemas/B", "description": "It."}, {"type": "null"}]}),
            json!({"allOf": [b], "description": "It.", "nullable": true}),
        ),
        (json!({"anyOf": [b, b, {"type": "null"}]}), json!({"anyOf": [b, b], "nullable": true})),
        (json!({"oneOf": [{"type": "string"}, {"type": "null"}]}), json!({"type": "string", "nullable": true})),
        (
            json!({"oneOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]}),
            json!({"type": "string", "enum": ["a", null], "nullable": true}),
        ),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "array", "items": b}, {"type": "null"}]}),
            json!({"anyOf": [{"type": "string", "nullable": true}, {"type": "array", "items": b}]}),
        ),
        (json!({"const": "a", "enum": ["a"], "type": "string"}), json!({"enum": ["a"], "type": "string"})),
        (json!({"exclusiveMinimum": 0}), json!({"exclusiveMinimum": true, "minimum": 0})),
        (json!({"exclusiveMinimum": 0, "minimum": 1}), json!({"minimum": 1})),
        (json!({"exclusiveMaximum": 5, "maximum": 9}), json!({"exclusiveMaximum": true, "maximum": 5})),
        (json!({"examples": ["a", "b"]}), json!({"example": "a"})),
        (json!({"$ref": "#/components/schemas/B", "description": "It."}), json!({"allOf": [b], "description": "It."})),
        (json!({"$ref": "#/components/schemas/R", "description": "It."}), json!({"$ref": "#/components/schemas/R"})),
        (json!({"type": "string", "contentEncoding": "base64"}), json!({"type": "string", "format": "byte"})),
        (json!({"contentMediaType": "application/octet-stream"}), json!({"type": "string", "format": "binary"})),
        (
            json!({"type": "string", "contentMediaType": "application/json", "contentSchema": {}}),
            json!({"type": "string"}),
        ),
        (json!({"type": "array"}), json!({"type": "array", "items": {}})),
        (
            json!({"type": "array", "prefixItems": [b, true], "items": false}),
            json!({"type": "array", "items": {"anyOf": [b, {}]}, "maxItems": 2}),
        ),
        (json!({"type": "array", "prefixItems": [b]}), json!({"type": "array", "items": {}})),
        (json!({"patternProperties": {"^x": b}, "additionalProperties": false}), json!({"additionalProperties": b})),
        (json!({"patternProperties": {"^x": b}}), json!({})),
        (
            json!({"propertyNames": {"maxLength": 3}, "if": {}, "then": {}, "$comment": "c", "x-own": 1}),
            json!({"x-own": 1}),
        ),
        (
            json!({"properties": {"const": {"const": 1}, "free": true}}),
            json!({"properties": {"const": {"enum": [1]}, "free": {}}}),
        ),
        (json!({"additionalProperties": false}), json!({"additionalProperties": false})),
    ];
    for (schema, expected) in rows {
        assert_eq!(schema30(&schema), expected, "{schema}");
    }
}

#[test]
fn the_rest_of_a_document_is_said_as_3_0_can() {
    let document = json!({
        "info": {"summary": "s", "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "jsonSchemaDialect": "d",
        "webhooks": {"w": {}},
        "security": [{"bearer": ["read"], "oauth": ["read"]}],
        "paths": {"/a": {"$ref": "#/components/pathItems/A"}},
        "components": {
            "pathItems": {"A": {"get": {}, "put": {
                "security": [{"bearer": ["write"]}, {"bearer": ["read", "write"]}],
                "requestBody": {"content": {"a/c": {}, "application/json": {"schema": {"const": 1}}}},
                "responses": {"200": {"$ref": "#/components/responses/Ok", "description": "d"}},
            }}},
            "responses": {"Ok": {"description": "d", "content": {"a/b": {"schema": {"const": 1}}}}},
            "securitySchemes": {"bearer": {"type": "http"}, "oauth": {"type": "oauth2"}},
        },
    });
    let expected = json!({
        "info": {"license": {"name": "Apache-2.0", "url": "https://spdx.org/licenses/Apache-2.0.html"}},
        "security": [{"bearer": [], "oauth": ["read"]}],
        "paths": {"/a": {
            "get": {
                "responses": {"default": {"description": "Not described."}},
                "security": [{"bearer": [], "oauth": ["read"]}],
                "x-required-scopes": ["read"],
            },
            "put": {
                "security": [{"bearer": []}, {"bearer": []}],
                "x-required-scopes": ["write", "read"],
                "requestBody": {"content": {"application/json": {"schema": {"enum": [1]}}}},
                "responses": {"200": {"$ref": "#/components/responses/Ok"}},
            },
        }},
        "components": {
            "responses": {"Ok": {"description": "d", "content": {"a/b": {"schema": {"enum": [1]}}}}},
            "securitySchemes": {"bearer": {"type": "http"}, "oauth": {"type": "oauth2"}},
        },
        "openapi": "3.0.3",
    });
    assert_eq!(rewritten(&document, Version::V30), expected);
    assert_eq!(rewritten(&json!({}), Version::V30)["paths"], json!({}));
}

#[test]
fn streams_are_frames_in_3_2() {
    let event = json!({"oneOf": [{"properties": {"type": {"const": "a"}}}, {"properties": {"type": {"const": "b"}}}]});
    let answer = |schema: &Value| json!({"200": {"content": {"text/event-stream": {"schema": schema}, "application/json": {"schema": {}}}}});
    let document = json!({"paths": {"/a": {"get": {"responses": answer(&event)}, "put": {"responses": answer(&json!({"type": "object"}))}}}});
    let made = rewritten(&document, Version::V32);
    assert_eq!(made["openapi"], "3.2.0");
    let frame = |method: &str| made["paths"]["/a"][method]["responses"]["200"]["content"]["text/event-stream"].clone();
    let tagged = frame("get");
    assert!(tagged.get("schema").is_none());
    assert_eq!(tagged["itemSchema"]["required"], json!(["event", "id", "data"]));
    assert_eq!(tagged["itemSchema"]["properties"]["data"]["contentMediaType"], "application/json");
    assert_eq!(tagged["itemSchema"]["properties"]["data"]["contentSchema"], event);
    let plain = frame("put");
    assert_eq!(plain["itemSchema"]["required"], json!(["data"]));
    assert_eq!(plain["itemSchema"]["properties"].as_object().map(serde_json::Map::len), Some(1));
    let json = &made["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"];
    assert_eq!(*json, json!({"schema": {}}), "no stream, no frames");
}

#[test]
fn only_3_1_is_rewritten() {
    let document = json!({"openapi": "3.1.1"});
    assert_eq!(in_version(document.clone(), Version::V31), Ok(document));
    let refused = in_version(json!({"openapi": "3.0.3"}), Version::V32);
    assert_eq!(refused, Err("it is of OpenAPI 3.0.3, and only 3.1 can be rewritten".to_owned()));
}

#[test]
fn a_client_of_one_version_is_a_client_of_the_others() {
    let document = astra_core::openapi().expect("a document");
    for version in [Version::V30, Version::V32] {
        let breaking: Vec<_> = compare(&document, &rewritten(&document, version))
            .into_iter()
            .filter(|change| change.is_breaking)
            // One media type for each body is what 3.0 is read with; the gateway takes the others all the same.
            .filter(|change| version != Version::V30 || !change.change.starts_with("request media type "))
            // And one success for each operation.
            .filter(|change| version != Version::V30 || !["answer 101 is gone", "answer 204 is gone"].contains(&&*change.change))
            // What the gateway sends to others has no place in 3.0.
            .filter(|change| version != Version::V30 || !change.pointer.starts_with("#/webhooks/"))
            .collect();
        assert_eq!(breaking, [], "{version:?}");
    }
    assert_eq!(compare(&rewritten(&document, Version::V32), &document), []);
}

#[test]
fn a_success_without_content_gives_way_to_one_with_content() {
    let statuses = |responses: Value| {
        let document = json!({"paths": {"/a": {"get": {"responses": responses}}}});
        let rewritten = rewritten(&document, Version::V30);
        let kept = rewritten["paths"]["/a"]["get"]["responses"].as_object().expect("answers").keys().cloned();
        kept.collect::<Vec<_>>()
    };
    let (bare, full) = (json!({"description": "A."}), json!({"description": "B.", "content": {"a/b": {}}}));
    assert_eq!(statuses(json!({"200": full, "204": bare, "404": bare})), ["200", "404"]);
    assert_eq!(statuses(json!({"101": bare, "200": full, "426": bare})), ["200", "426"]);
    assert_eq!(statuses(json!({"204": bare, "404": full})), ["204", "404"]);
}

#[test]
fn nothing_that_3_0_does_not_know_is_left_in_todays_document() {
    let mut document = rewritten(&astra_core::openapi().expect("a document"), Version::V30);
    let (mut schemas, mut faults) = (0, Vec::new());
    walk(&mut document, &mut |kind, object| {
        if kind != Kind::Schema {
            return;
        }
        schemas += 1;
        let says_what = ["type", "allOf", "oneOf", "anyOf"].iter().any(|key| object.contains_key(*key));
        let is_untyped_null = object.contains_key("nullable") && !says_what;
        let has_several_types = object.get("type").is_some_and(Value::is_array);
        let has_more_than_reference = object.contains_key("$ref") && object.len() > 1;
        let is_unbounded = object.get("exclusiveMinimum").is_some_and(Value::is_number);
        if is_untyped_null || has_several_types || has_more_than_reference || is_unbounded {
            faults.push(Value::from(object.clone()).to_string());
        }
    });
    assert!(schemas > 500, "{schemas} schemas");
    assert!(faults.is_empty(), "{faults:#?}");
}
