//! Schemas: each change is judged in a request and in an answer.

use serde_json::{Value, json};

use super::{changes, received, sent};
use crate::document::compare::compare;

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
fn fields_that_must_be_there_and_have_no_schema() {
    let with = |names: Value| json!({"type": "object", "required": names});
    let (demanded, left) = ("field `x` is required", "field `x` is no longer required");
    judged(&[
        (with(json!([])), with(json!(["x"])), &[&format!("! {demanded}")], &[demanded]),
        (with(json!(["x"])), with(json!([])), &[left], &[&format!("! {left}")]),
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

/// A schema of this type with more keywords.
fn of_type(name: &str, mut more: Value) -> Value {
    more["type"] = name.into();
    more
}

#[test]
fn lengths_and_patterns() {
    let text = |more: Value| of_type("string", more);
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
    ]);
}

#[test]
fn bounds_of_numbers() {
    let number = |more: Value| of_type("number", more);
    judged(&[
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
    ]);
}

#[test]
fn formats_defaults_and_elements() {
    let text = |more: Value| of_type("string", more);
    judged(&[
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
