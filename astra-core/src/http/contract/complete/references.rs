//! The generator writes the argument of a generic type out in full (`Page<Agent>`): put its reference back.

use serde_json::{Map, Value, json};

use super::super::tree;

/// Replaces each schema within the document that equals a component by a reference to it.
pub(super) fn restore(document: &mut Value) {
    let Some(components) = tree::schemas(document) else { return };
    let known: Vec<(String, Value)> = components
        .iter()
        .filter(|(_, schema)| is_written_out(schema))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    // A component does not become a reference to itself: only what is inside it is looked at.
    components.values_mut().for_each(|schema| inside(schema, &known));
    if let Some(paths) = document.get_mut("paths") {
        inside(paths, &known);
    }
}

/// Whether a schema may be one that the generator has written out; most values of a document are not compared.
fn is_written_out(schema: &Value) -> bool {
    ["properties", "oneOf", "allOf"].iter().any(|key| schema.get(*key).is_some())
}

fn inside(value: &mut Value, known: &[(String, Value)]) {
    let replace = |inner: &mut Value| {
        let same = is_written_out(inner).then(|| known.iter().find(|(_, schema)| schema == inner)).flatten();
        match same {
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
