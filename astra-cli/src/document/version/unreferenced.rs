//! Schemas that only a part of the document referred to which has gone.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

const SCHEMAS: &str = "#/components/schemas/";

/// Removes the schemas that `gone` refers to and the rest of the document does not.
pub(super) fn remove(document: &mut Value, gone: &Value) {
    let mut candidates = BTreeSet::new();
    collect(gone, &mut candidates);
    while let Some(name) = candidates.pop_first() {
        let mut used = BTreeSet::new();
        collect(document, &mut used);
        let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
        let Some(schemas) = schemas.filter(|_| !used.contains(&name)) else { continue };
        if let Some(schema) = schemas.shift_remove(&name) {
            collect(&schema, &mut candidates);
        }
    }
}

/// The names of all schemas that `value` refers to.
fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            names.extend(name_of(object));
            object.values().for_each(|value| collect(value, names));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, names)),
        _ => {}
    }
}

fn name_of(object: &Map<String, Value>) -> Option<String> {
    object.get("$ref")?.as_str()?.strip_prefix(SCHEMAS).map(str::to_owned)
}
