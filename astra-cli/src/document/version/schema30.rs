//! A schema of JSON Schema 2020-12 as one of OpenAPI 3.0: what 3.0 has no keyword for is widened, never narrowed.

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

/// Rewrites a schema whose parts are rewritten already.
pub(super) fn rewrite(schema: &mut Schema, document: &Value) {
    booleans(schema);
    constants(schema);
    null_in_unions(schema, document);
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
    reference(schema);
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

/// Null as a variant. Of one other variant it makes a nullable one; among several, the first that can say so says it.
fn null_in_unions(schema: &mut Schema, document: &Value) {
    for key in ["oneOf", "anyOf"] {
        let Some(variants) = schema.get_mut(key).and_then(Value::as_array_mut) else { continue };
        let all = variants.len();
        variants.retain(|variant| !is_null(variant));
        if variants.len() == all {
            continue;
        }
        if variants.len() > 1 {
            let typed =
                variants.iter_mut().filter_map(Value::as_object_mut).find(|variant| variant.contains_key("type"));
            match typed {
                Some(variant) => drop(variant.insert("nullable".into(), true.into())),
                None => variants.push(json!({"type": "object", "nullable": true, "enum": [null]})),
            }
            continue;
        }
        let only = variants.pop();
        schema.shift_remove(key);
        if let Some(Value::Object(only)) = only {
            take_nullable(schema, only, document);
        }
    }
}

/// Whether it is the schema of null, which by now may be written in 3.0's way.
fn is_null(schema: &Value) -> bool {
    let is = |key: &str, wanted: Value| schema.get(key) == Some(&wanted);
    is("type", json!("null")) || is("enum", json!([null])) && schema.as_object().is_some_and(|it| it.len() <= 3)
}

/// Takes the one variant into the schema that held it. A reference stays one: what is nullable then has a type of its own,
/// as tools want it.
fn take_nullable(schema: &mut Schema, mut only: Schema, document: &Value) {
    schema.insert("nullable".into(), true.into());
    let pointer = |value: Option<&Value>| Some(value?.as_str()?.strip_prefix('#')?.to_owned());
    let wrapped = only.get("allOf").and_then(|parts| parts.get(0)?.get("$ref"));
    let target = pointer(only.get("$ref").or(wrapped)).and_then(|pointer| document.pointer(&pointer));
    if let Some(reference) = only.shift_remove("$ref") {
        only.insert("allOf".into(), json!([{"$ref": reference}]));
    }
    let is_typed = schema.contains_key("type") || only.contains_key("type");
    if let Some(name) = target.filter(|_| !is_typed).and_then(|target| type_name(target, document)) {
        schema.insert("type".into(), name.into());
    }
    only.into_iter().for_each(|(key, value)| drop(schema.entry(key).or_insert(value)));
}

/// The one type of a schema, also if it only says so by its variants.
fn type_name(schema: &Value, document: &Value) -> Option<String> {
    fn seek(schema: &Value, document: &Value, depth: usize) -> Option<String> {
        let schema = match schema.get("$ref").and_then(Value::as_str) {
            Some(pointer) => document.pointer(pointer.strip_prefix('#')?)?,
            None => schema,
        };
        if let Some(kind) = schema.get("type") {
            let names = kind.as_array().cloned().unwrap_or_else(|| vec![kind.clone()]);
            return names.iter().filter_map(Value::as_str).find(|name| *name != "null").map(str::to_owned);
        }
        let variants = ["oneOf", "anyOf", "allOf"].iter().find_map(|key| schema.get(*key)?.as_array())?;
        let names: Option<Vec<_>> =
            variants.iter().map(|variant| seek(variant, document, depth.checked_sub(1)?)).collect();
        let names = names?;
        names.first().filter(|first| names.iter().all(|name| name == *first)).cloned()
    }
    seek(schema, document, 8)
}

/// Several types become a nullable one, or a union.
fn types(schema: &mut Schema) {
    if schema.get("type").is_some_and(|kind| kind == "null") {
        schema.insert("type".into(), "object".into());
        schema.insert("nullable".into(), true.into());
        schema.insert("enum".into(), json!([null]));
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
    match schema.contains_key("anyOf") {
        false => schema.extend(union.as_object().cloned().unwrap_or_default()),
        true => match schema.entry("allOf").or_insert_with(|| json!([])) {
            Value::Array(parts) => parts.push(union),
            _ => {}
        },
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

/// In 3.0 what stands beside a reference is not read: the reference becomes a part.
fn reference(schema: &mut Schema) {
    if schema.len() < 2 || !schema.get("$ref").is_some_and(Value::is_string) {
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
