//! Operations and what they are made of; and documents as a whole.

use serde_json::{Value, json};

use super::{changes, document, received};
use crate::document::compare::compare;

#[test]
fn operations_parameters_and_bodies() {
    let parameter = |name: &str, is_required: bool| json!({"name": name, "in": "query", "required": is_required});
    let with = |parameters: Value| document(json!({"operationId": "a.create", "parameters": parameters}));
    let body = |is_required: bool, kinds: &[&str]| {
        let content: serde_json::Map<_, _> = kinds.iter().map(|kind| ((*kind).to_owned(), json!({}))).collect();
        document(json!({"operationId": "a.create", "requestBody": {"required": is_required, "content": content}}))
    };
    let nothing = document(json!({"operationId": "a.create"}));
    let none = json!({"openapi": "3.1.0", "paths": {}});
    let moved = json!({"paths": {"/b": {"post": {"operationId": "a.create"}}}});
    let rows: [(&Value, &Value, &[&str]); 17] = [
        (&nothing, &none, &["! operation is gone"]),
        (&none, &nothing, &["operation is new"]),
        (&nothing, &moved, &["! operation moved to POST /b", "operation is new"]),
        (&nothing, &document(json!({"operationId": "a.make"})), &["! operation is called `a.make`"]),
        (&nothing, &document(json!({"operationId": "a.create", "deprecated": true})), &["operation is deprecated"]),
        (&with(json!([parameter("p", false)])), &nothing, &["! query parameter `p` is gone"]),
        (&nothing, &with(json!([parameter("p", false)])), &["query parameter `p` is new"]),
        (&nothing, &with(json!([parameter("p", true)])), &["! query parameter `p` is new and required"]),
        (
            &with(json!([parameter("p", false)])),
            &with(json!([parameter("p", true)])),
            &["! query parameter `p` is required"],
        ),
        (
            &with(json!([parameter("p", true)])),
            &with(json!([parameter("p", false)])),
            &["query parameter `p` is no longer required"],
        ),
        (
            &with(json!([{"name": "p", "in": "query", "schema": {"type": "array"}}])),
            &with(json!([{"name": "p", "in": "query", "schema": {"type": "array"}, "explode": false}])),
            &["! query parameter `p` is written in another way (`explode`)"],
        ),
        (&nothing, &body(true, &["a/b"]), &["! request body is new and required"]),
        (&nothing, &body(false, &["a/b"]), &["request body is new"]),
        (&body(false, &["a/b"]), &nothing, &["! request body is gone"]),
        (&body(false, &["a/b"]), &body(true, &["a/b"]), &["! request body is required"]),
        (&body(true, &["a/b", "c/d"]), &body(true, &["a/b"]), &["! request media type `c/d` is gone"]),
        (&body(true, &["a/b"]), &body(true, &["a/b", "c/d"]), &["request media type `c/d` is new"]),
    ];
    for (old, new, expected) in rows {
        assert_eq!(changes(old, new), expected, "{old} -> {new}");
    }
}

#[test]
fn answers_and_headers() {
    let with = |answers: Value| document(json!({"operationId": "a.create", "responses": answers}));
    let header = |is_required: bool| with(json!({"200": {"headers": {"ETag": {"required": is_required}}}}));
    let kinds = |content: Value| with(json!({"200": {"content": content}}));
    let ok = with(json!({"200": {}}));
    let rows: [(&Value, &Value, &[&str]); 11] = [
        (&ok, &with(json!({"200": {}, "404": {}})), &["answer 404 is new"]),
        (&ok, &with(json!({"2XX": {}})), &["answer 2XX is new"]),
        (&with(json!({"200": {}, "404": {}})), &ok, &["answer 404 is gone"]),
        (&ok, &with(json!({"201": {}})), &["! answer 200 is gone", "answer 201 is new"]),
        (&kinds(json!({"a/b": {}, "c/d": {}})), &kinds(json!({"a/b": {}})), &["! answer media type `c/d` is gone"]),
        (&kinds(json!({"a/b": {}})), &kinds(json!({"a/b": {}, "c/d": {}})), &["answer media type `c/d` is new"]),
        (&header(false), &ok, &["! answer header `ETag` is gone"]),
        (&ok, &header(false), &["answer header `ETag` is new"]),
        (&header(true), &header(false), &["! answer header `ETag` is not always there"]),
        (&header(false), &header(true), &[]),
        (&header(true), &with(json!({"200": {"headers": {"etag": {"required": true}}}})), &[]),
    ];
    for (old, new, expected) in rows {
        assert_eq!(changes(old, new), expected, "{old} -> {new}");
    }
}

#[test]
fn access() {
    let with = |security: Value| document(json!({"operationId": "a.create", "security": security}));
    let role = |name: &str| document(json!({"operationId": "a.create", "x-required-role": name}));
    let (open, read) = (with(json!([])), with(json!([{"bearer": ["read"]}])));
    let both = with(json!([{"bearer": ["read", "write"]}]));
    let rows: [(&Value, &Value, &[&str]); 8] = [
        (&open, &read, &["! needs bearer with read instead of nothing"]),
        (&read, &open, &["needs nothing, no longer bearer with read"]),
        (&read, &both, &["! needs bearer with read, write instead of bearer with read"]),
        (&both, &read, &["needs bearer with read, no longer bearer with read, write"]),
        (
            &read,
            &with(json!([{"bearer": ["read"]}, {"key": []}])),
            &["needs bearer with read, or key, no longer bearer with read"],
        ),
        (
            &read,
            &document(json!({"operationId": "a.create", "security": [{"bearer": []}], "x-required-scopes": ["read"]})),
            &[],
        ),
        (&role("member"), &role("admin"), &["! needs the role `admin` instead of member"]),
        (&role("admin"), &role("member"), &["needs the role `member` instead of admin"]),
    ];
    for (old, new, expected) in rows {
        assert_eq!(changes(old, new), expected, "{old} -> {new}");
    }
}

#[test]
fn servers_schemes_and_webhooks() {
    let with = |document: Value| {
        changes(
            &json!({"servers": [{"url": "/v1"}], "components": {"securitySchemes": {"k": {"type": "http", "scheme": "bearer"}}}}),
            &document,
        )
    };
    let schemes = json!({"securitySchemes": {"k": {"type": "http", "scheme": "basic"}}});
    assert_eq!(with(json!({"servers": [{"url": "/v2"}]})), ["! server `/v1` is gone"]);
    assert_eq!(
        with(json!({"servers": [{"url": "/v1"}], "components": schemes})),
        ["! security scheme `k` has another `scheme`"]
    );
    // Who receives a webhook reads the request: a new field is nothing to it, one that is gone is.
    let webhook = |properties: Value| json!({"webhooks": {"w": {"post": {"requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": properties, "required": ["x"]}}}}}}}});
    assert_eq!(changes(&webhook(json!({"x": {}})), &webhook(json!({"x": {}, "y": {}}))), ["answer: field `y` is new"]);
    assert_eq!(changes(&webhook(json!({"x": {}})), &webhook(json!({}))), ["! answer: field `x` is gone"]);
}

#[test]
fn a_component_is_one_change_for_all_who_use_it_and_may_be_part_of_itself() {
    let document = |kind: &str| {
        let answer =
            json!({"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}}});
        json!({
            "paths": {"/a": {"get": {"operationId": "a", "responses": answer}, "put": {"operationId": "b", "responses": answer}}},
            "components": {"schemas": {"Tree": {"type": "object", "properties": {
                "size": {"type": kind}, "branches": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                "any": {"oneOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "string"}]},
            }}}},
        })
    };
    let found = compare(&document("integer"), &document("string"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].operations, ["a", "b"]);
    assert_eq!(found[0].pointer, "#/components/schemas/Tree/properties/size");
}

#[test]
fn a_schema_may_move_into_a_component_and_a_path_parameter_may_not_change_its_name() {
    let schema = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    let mut moved = received(&json!({"$ref": "#/components/schemas/X"}));
    moved["components"] = json!({"schemas": {"X": schema}});
    assert!(changes(&received(&schema), &moved).is_empty());
    let path = |name: &str| json!({"paths": {format!("/a/{{{name}}}"): {"get": {"operationId": "a.get", "parameters": [{"name": name, "in": "path", "required": true}]}}}});
    assert_eq!(
        changes(&path("id"), &path("a_id")),
        ["! path parameter `id` is gone", "! path parameter `a_id` is new and required"]
    );
}

#[test]
fn todays_document_is_compatible_with_itself_and_not_with_one_that_has_less() {
    let document = astra_core::openapi().expect("a document");
    assert_eq!(compare(&document, &document), []);
    let mut less = document.clone();
    less["components"]["schemas"]["Agent"]["properties"].as_object_mut().expect("fields").remove("version");
    let found = compare(&document, &less);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].is_breaking && found[0].operations.contains(&"agents.get".to_owned()), "{found:?}");
    assert_eq!(found[0].pointer, "#/components/schemas/Agent/properties/version");
}
