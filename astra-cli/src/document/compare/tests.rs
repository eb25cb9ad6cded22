//! What breaks clients and what does not, as tables: `!` stands before what does.

use serde_json::{Value, json};

use super::compare;

/// The changes in words, with `!` before those that break clients.
fn changes(old: &Value, new: &Value) -> Vec<String> {
    let mark = |is_breaking| if is_breaking { "! " } else { "" };
    compare(old, new).into_iter().map(|it| format!("{}{}", mark(it.is_breaking), it.change)).collect()
}

fn document(operation: Value) -> Value {
    json!({"openapi": "3.1.0", "paths": {"/a": {"post": operation}}})
}

fn sent(schema: &Value) -> Value {
    document(json!({"operationId": "a.create", "requestBody": {"content": {"application/json": {"schema": schema}}}}))
}

fn received(schema: &Value) -> Value {
    document(
        json!({"operationId": "a.create", "responses": {"200": {"content": {"application/json": {"schema": schema}}}}}),
    )
}

/// Each row: the old schema, the new one, what it means in a request, what it means in an answer; without the side.
#[track_caller]
fn judged(rows: &[(Value, Value, &[&str], &[&str])]) {
    for (old, new, in_request, in_answer) in rows {
        let told = |found: Vec<String>| -> Vec<String> {
            found.into_iter().map(|it| it.replace("request: ", "").replace("answer: ", "")).collect()
        };
        assert_eq!(told(changes(&sent(old), &sent(new))), *in_request, "sent: {old} -> {new}");
        assert_eq!(told(changes(&received(old), &received(new))), *in_answer, "received: {old} -> {new}");
    }
}

#[test]
fn types_and_null() {
    let (text, number) = (json!({"type": "string"}), json!({"type": "number"}));
    let (maybe, integer) = (json!({"type": ["string", "null"]}), json!({"type": "integer"}));
    judged(&[
        (text.clone(), text.clone(), &[], &[]),
        (text.clone(), number.clone(), &["! type number instead of string"], &["! type number instead of string"]),
        (integer.clone(), number.clone(), &["type number instead of integer"], &["! type number instead of integer"]),
        (number, integer, &["! type integer instead of number"], &["type integer instead of number"]),
        (text.clone(), maybe.clone(), &["may be null"], &["! may be null"]),
        (maybe, text.clone(), &["! may not be null"], &["may not be null"]),
        (text, json!({}), &["type any instead of string"], &["! type any instead of string"]),
        (json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true}), &[], &[]),
        (json!({"oneOf": [{"type": "string"}, {"type": "null"}]}), json!({"type": ["null", "string"]}), &[], &[]),
    ]);
}

#[test]
fn fields() {
    let object = |properties: Value, required: Value| json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    let (x, xy) = (json!({"x": {}}), json!({"x": {}, "y": {}}));
    judged(&[
        (
            object(xy.clone(), json!([])),
            object(x.clone(), json!([])),
            &["! field `y` is gone"],
            &["! field `y` is gone"],
        ),
        (object(x.clone(), json!([])), object(xy.clone(), json!([])), &["field `y` is new"], &["field `y` is new"]),
        (
            object(x.clone(), json!([])),
            object(xy, json!(["y"])),
            &["! field `y` is new and required"],
            &["field `y` is new"],
        ),
        (
            object(x.clone(), json!([])),
            object(x.clone(), json!(["x"])),
            &["! field `x` is required"],
            &["field `x` is always there"],
        ),
        (
            object(x.clone(), json!(["x"])),
            object(x, json!([])),
            &["field `x` is no longer required"],
            &["! field `x` is not always there"],
        ),
    ]);
}

#[test]
fn fields_without_a_name() {
    let with = |extra: Value| json!({"type": "object", "additionalProperties": extra});
    let (text, number) = (json!({"type": "string"}), json!({"type": "number"}));
    let closed = "refuses fields that it does not name";
    let open = "takes fields that it does not name";
    judged(&[
        (with(json!(true)), with(json!(false)), &[&format!("! {closed}")], &[closed]),
        (with(json!(false)), json!({"type": "object"}), &[open], &[open]),
        (with(text.clone()), with(number), &["! type number instead of string"], &["! type number instead of string"]),
        (
            with(json!({})),
            with(text.clone()),
            &["! holds fields it does not name to a schema"],
            &["holds fields it does not name to a schema"],
        ),
        (
            with(text),
            with(json!(true)),
            &["holds fields it does not name to no schema"],
            &["! holds fields it does not name to no schema"],
        ),
    ]);
}

#[test]
fn values() {
    let of = |values: Value| json!({"type": "string", "enum": values});
    judged(&[
        (of(json!(["a"])), of(json!(["a", "b"])), &["value `b` is new"], &["value `b` is new"]),
        (of(json!(["a", "b"])), of(json!(["a"])), &["! value `b` is gone"], &["value `b` is gone"]),
        (of(json!(["a"])), json!({"type": "string"}), &["takes any value"], &["takes any value"]),
        (json!({"type": "string"}), of(json!(["a"])), &["! only takes `a`"], &["only takes `a`"]),
        (of(json!(["a"])), json!({"const": "a"}), &[], &[]),
        (
            json!({"const": "a"}),
            json!({"const": "b"}),
            &["! value `a` is gone", "value `b` is new"],
            &["! value `a` is gone", "value `b` is new"],
        ),
    ]);
}

#[test]
fn bounds() {
    let text = |more: Value| {
        let mut schema = json!({"type": "string"});
        schema.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        schema
    };
    let number = |more: Value| {
        let mut schema = text(more);
        schema["type"] = "number".into();
        schema
    };
    judged(&[
        (
            text(json!({"maxLength": 9})),
            text(json!({"maxLength": 8})),
            &["! `maxLength` 8 instead of 9"],
            &["`maxLength` 8 instead of 9"],
        ),
        (
            text(json!({"maxLength": 8})),
            text(json!({"maxLength": 9})),
            &["`maxLength` 9 instead of 8"],
            &["`maxLength` 9 instead of 8"],
        ),
        (
            text(json!({})),
            text(json!({"minLength": 1})),
            &["! `minLength` 1 instead of none"],
            &["`minLength` 1 instead of none"],
        ),
        (text(json!({})), text(json!({"minLength": 0})), &[], &[]),
        (
            text(json!({"pattern": "a"})),
            text(json!({"pattern": "b"})),
            &["! `pattern` \"b\" instead of \"a\""],
            &["`pattern` \"b\" instead of \"a\""],
        ),
        (
            text(json!({"pattern": "a"})),
            text(json!({})),
            &["`pattern` none instead of \"a\""],
            &["`pattern` none instead of \"a\""],
        ),
        (
            number(json!({"minimum": 0})),
            number(json!({"exclusiveMinimum": 0})),
            &["! `minimum` 0 (exclusive) instead of 0"],
            &["`minimum` 0 (exclusive) instead of 0"],
        ),
        (number(json!({"exclusiveMaximum": 5})), number(json!({"maximum": 5, "exclusiveMaximum": true})), &[], &[]),
        (
            number(json!({"maximum": 5})),
            number(json!({"maximum": 5, "exclusiveMaximum": 4})),
            &["! `maximum` 4 (exclusive) instead of 5"],
            &["`maximum` 4 (exclusive) instead of 5"],
        ),
        (
            text(json!({"format": "int32"})),
            text(json!({"format": "int64"})),
            &["format int64 instead of int32"],
            &["! format int64 instead of int32"],
        ),
        (
            text(json!({"format": "date-time"})),
            text(json!({})),
            &["format none instead of date-time"],
            &["! format none instead of date-time"],
        ),
        (
            text(json!({})),
            text(json!({"format": "uuid"})),
            &["! format uuid instead of none"],
            &["format uuid instead of none"],
        ),
        (
            text(json!({"default": "a"})),
            text(json!({"default": "b"})),
            &["! has the default \"b\" instead of \"a\""],
            &[],
        ),
        (
            json!({"type": "array", "items": {"type": "string"}}),
            json!({"type": "array"}),
            &["elements are held to no schema"],
            &["! elements are held to no schema"],
        ),
        (
            json!({"type": "array"}),
            json!({"type": "array", "uniqueItems": true}),
            &["! `uniqueItems` true instead of none"],
            &["`uniqueItems` true instead of none"],
        ),
    ]);
}

#[test]
fn variants() {
    let tagged = |names: &[&str]| {
        let variant =
            |name: &&str| json!({"type": "object", "required": ["type"], "properties": {"type": {"const": name}}});
        json!({"oneOf": names.iter().map(variant).collect::<Vec<_>>()})
    };
    let either = json!({"oneOf": [{"type": "string"}, {"type": "array"}]});
    judged(&[
        (tagged(&["a", "b"]), tagged(&["b", "a"]), &[], &[]),
        (tagged(&["a", "b"]), tagged(&["a", "b", "c"]), &["variant `c` is new"], &["variant `c` is new"]),
        (tagged(&["a", "b", "c"]), tagged(&["a", "b"]), &["! variant `c` is gone"], &["! variant `c` is gone"]),
        (json!({"type": "string"}), either.clone(), &["variant array is new"], &["! variant array is new"]),
        (either, json!({"type": "string"}), &["! variant array is gone"], &["variant array is gone"]),
    ]);
}

#[test]
fn what_is_within_a_variant_is_compared_with_its_namesake() {
    let union = |kind: &str| {
        json!({"oneOf": [
            {"type": "object", "properties": {"type": {"const": "b"}, "x": {"type": kind}}},
            {"type": "object", "properties": {"type": {"const": "a"}}},
        ]})
    };
    let found = compare(&received(&union("string")), &received(&union("boolean")));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].is_breaking && found[0].pointer.ends_with("/oneOf/0/properties/x"), "{found:?}");
}

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
    let rows: [(&Value, &Value, &[&str]); 10] = [
        (&ok, &with(json!({"200": {}, "404": {}})), &["answer 404 is new"]),
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
