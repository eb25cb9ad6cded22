//! A schema of JSON Schema 2020-12 as one of OpenAPI 3.0: what 3.0 has no keyword for is widened, never narrowed.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// The keywords of 3.0, and of nothing else.
const KEYWORDS: [&str; 35] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "deprecated",
    "description",
    "discriminator",
    "enum",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
];

type Schema = Map<String, Value>;

/// Rewrites a schema whose parts are rewritten already. `recursive` are the references to schemas that are part of themselves.
pub(super) fn rewrite(schema: &mut Schema, recursive: &BTreeSet<String>) {
    booleans(schema);
    constants(schema);
    null_in_unions(schema);
    types(schema);
    bounds(schema);
    contents(schema);
    arrays(schema);
    open_fields(schema);
    if let Some(Value::Array(examples)) = schema.shift_remove("examples")
        && let Some(first) = examples.into_iter().next()
    {
        schema.entry("example").or_insert(first);
    }
    schema.retain(|key, _| KEYWORDS.contains(&key.as_str()) || key.starts_with("x-") || key == "xml");
    reference(schema, recursive);
}

/// `true` and `false` as schemas, but for `additionalProperties`, which may be either.
fn booleans(schema: &mut Schema) {
    let as_schema = |value: &mut Value| match value {
        Value::Bool(true) => *value = json!({}),
        Value::Bool(false) => *value = json!({"not": {}}),
        _ => {}
    };
    ["items", "not"].iter().filter_map(|key| schema.get_mut(*key).map(as_schema)).for_each(drop);
    for key in ["allOf", "anyOf", "oneOf", "prefixItems"] {
        schema.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten().for_each(as_schema);
    }
    for key in ["properties", "patternProperties"] {
        let Some(fields) = schema.get_mut(key).and_then(Value::as_object_mut) else { continue };
        fields.values_mut().for_each(as_schema);
    }
}

fn constants(schema: &mut Schema) {
    if let Some(value) = schema.shift_remove("const") {
        schema.insert("enum".into(), json!([value]));
    }
}

/// Null as a variant. Where another variant has a type, that one is nullable. A reference cannot be: what refers to it is,
/// by `allOf` and `nullable`. By the letter of 3.0.3 that refuses null; progenitor and aiopenapi3 read nothing else, and
/// every tool that was tried reads it as it is meant.
fn null_in_unions(schema: &mut Schema) {
    for key in ["oneOf", "anyOf"] {
        let Some(variants) = schema.get_mut(key).and_then(Value::as_array_mut) else { continue };
        let (all, mut is_nullable) = (variants.len(), false);
        variants.retain(|variant| !is_null(variant));
        if variants.len() == all {
            continue;
        }
        match variants.iter_mut().filter_map(Value::as_object_mut).find(|variant| variant.contains_key("type")) {
            Some(variant) => make_nullable(variant),
            None => is_nullable = true,
        }
        let only = if variants.len() == 1 { variants.pop() } else { None };
        if let Some(Value::Object(only)) = only {
            schema.shift_remove(key);
            if only.contains_key("$ref") {
                schema.insert("allOf".into(), json!([only]));
            } else {
                for (key, value) in only {
                    schema.entry(key).or_insert(value);
                }
            }
        }
        if is_nullable {
            schema.insert("nullable".into(), true.into());
        }
    }
}

fn make_nullable(schema: &mut Schema) {
    schema.insert("nullable".into(), true.into());
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
}

/// The schema of null alone.
fn null() -> Value {
    json!({"type": "object", "nullable": true, "enum": [null]})
}

/// Whether it is the schema of null, which by now may be written in 3.0's way.
fn is_null(schema: &Value) -> bool {
    schema.get("enum") == Some(&json!([null]))
}

/// Several types become a nullable one, or a union.
fn types(schema: &mut Schema) {
    if schema.get("type").is_some_and(|kind| kind == "null") {
        schema.extend(null().as_object().cloned().unwrap_or_default());
        return;
    }
    let Some(Value::Array(names)) = schema.get("type").cloned() else { return };
    let (nulls, names): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name == "null");
    let is_nullable = !nulls.is_empty();
    schema.shift_remove("type");
    if let [name] = names.as_slice() {
        schema.insert("type".into(), name.clone());
        if is_nullable {
            schema.insert("nullable".into(), true.into());
        }
        return;
    }
    let mut variants: Vec<Value> = names.into_iter().map(|name| json!({"type": name})).collect();
    if let Some(first) = variants.first_mut().filter(|_| is_nullable) {
        first["nullable"] = true.into();
    }
    let union = json!({"anyOf": variants});
    if !schema.contains_key("anyOf") {
        schema.extend(union.as_object().cloned().unwrap_or_default());
    } else if let Value::Array(parts) = schema.entry("allOf").or_insert_with(|| json!([])) {
        parts.push(union);
    }
}

/// Bounds that exclude themselves: in 3.0 a boolean beside the bound. The stronger of two stays.
fn bounds(schema: &mut Schema) {
    for (key, exclusive, is_most) in [("minimum", "exclusiveMinimum", false), ("maximum", "exclusiveMaximum", true)] {
        let Some(bound) = schema.get(exclusive).filter(|bound| bound.is_number()).cloned() else { continue };
        let value = |bound: &Value| bound.as_f64().unwrap_or_default();
        let is_weaker =
            |plain: &Value| if is_most { value(plain) < value(&bound) } else { value(plain) > value(&bound) };
        if schema.get(key).is_some_and(is_weaker) {
            schema.shift_remove(exclusive);
        } else {
            schema.insert(exclusive.into(), true.into());
            schema.insert(key.into(), bound);
        }
    }
}

/// Bytes: in 3.0 they are formats.
fn contents(schema: &mut Schema) {
    let format = match (schema.get("contentEncoding").and_then(Value::as_str), schema.get("contentMediaType")) {
        (Some("base64"), _) => "byte",
        (None, Some(kind)) if kind == "application/octet-stream" => "binary",
        _ => return,
    };
    schema.entry("type").or_insert_with(|| "string".into());
    schema.entry("format").or_insert_with(|| format.into());
}

/// Arrays must say what is in them; that each place has its own schema cannot be said.
fn arrays(schema: &mut Schema) {
    if let Some(Value::Array(places)) = schema.shift_remove("prefixItems") {
        let rest = schema.shift_remove("items");
        let is_closed = rest.as_ref().is_some_and(|rest| *rest == json!({"not": {}}));
        let count = places.len();
        let all: Vec<Value> = if is_closed { places } else { Vec::new() };
        let items = if all.is_empty() { json!({}) } else { json!({"anyOf": all}) };
        schema.insert("items".into(), items);
        if is_closed {
            schema.entry("maxItems").or_insert_with(|| count.into());
        }
    }
    if schema.get("type").is_some_and(|kind| kind == "array") {
        schema.entry("items").or_insert_with(|| json!({}));
    }
}

/// Fields by pattern are fields of any name; a bound on names cannot be said.
fn open_fields(schema: &mut Schema) {
    let Some(Value::Object(patterns)) = schema.shift_remove("patternProperties") else { return };
    let mut all: Vec<Value> = patterns.into_iter().map(|(_, schema)| schema).collect();
    match schema.shift_remove("additionalProperties") {
        Some(Value::Bool(false)) => {}
        Some(other @ Value::Object(_)) => all.push(other),
        // Others are open: then nothing can be said of any.
        _ => return,
    }
    let any = if all.len() == 1 { all.swap_remove(0) } else { json!({"anyOf": all}) };
    schema.insert("additionalProperties".into(), any);
}

/// In 3.0 what stands beside a reference is not read: the reference becomes a part. But tools that put parts together
/// (openapi-spec-validator 0.9.0) never come to an end with one that is part of itself: that one stands alone.
fn reference(schema: &mut Schema, recursive: &BTreeSet<String>) {
    let Some(pointer) = schema.get("$ref").and_then(Value::as_str).filter(|_| schema.len() > 1) else { return };
    if recursive.contains(pointer) {
        schema.retain(|key, _| key == "$ref");
        return;
    }
    if let Some(reference) = schema.shift_remove("$ref") {
        let part = json!({"$ref": reference});
        match schema.get_mut("allOf").and_then(Value::as_array_mut) {
            Some(parts) => parts.insert(0, part),
            None => drop(schema.insert("allOf".into(), json!([part]))),
        }
    }
}
