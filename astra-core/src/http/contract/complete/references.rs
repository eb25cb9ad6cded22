//! The generator writes the argument of a generic type out in full (`Page<Agent>`): put its reference back.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::super::tree;

/// Replaces each schema within the document that equals a component by a reference to it.
pub(super) fn restore(document: &mut Value) {
    let Some(components) = tree::schemas(document) else { return };
    let written_out: Vec<(String, Value)> = components
        .iter()
        .filter(|(_, schema)| is_written_out(schema))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    let mut known = Known::new();
    for (name, schema) in &written_out {
        known.entry(mark(schema)).or_default().push((name, schema));
    }
    // A component does not become a reference to itself: only what is inside it is looked at.
    components.values_mut().for_each(|schema| inside(schema, &known));
    if let Some(paths) = document.get_mut("paths") {
        inside(paths, &known);
    }
}

/// Components by their marks, each with its name.
type Known<'a> = HashMap<Mark<'a>, Vec<(&'a str, &'a Value)>>;

/// What few schemas share, so that a schema is compared with those few: its size and its description.
type Mark<'a> = (usize, &'a str);

fn mark(schema: &Value) -> Mark<'_> {
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    (schema.as_object().map_or(0, Map::len), description)
}

/// Whether a schema may be one that the generator has written out; most values of a document are not compared.
fn is_written_out(schema: &Value) -> bool {
    ["properties", "oneOf", "allOf"].iter().any(|key| schema.get(*key).is_some())
}

fn inside(value: &mut Value, known: &Known<'_>) {
    let replace = |inner: &mut Value| {
        let alike = is_written_out(inner).then(|| known.get(&mark(inner))).flatten();
        match alike.and_then(|alike| alike.iter().find(|(_, schema)| *schema == inner)) {
            Some((name, _)) => *inner = json!({"$ref": format!("#/components/schemas/{name}")}),
            None => inside(inner, known),
        }
    };
    match value {
        Value::Object(map) => Map::values_mut(map).for_each(replace),
        Value::Array(list) => list.iter_mut().for_each(replace),
        _ => {}
    }
}
