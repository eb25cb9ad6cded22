//! Which schemas are part of themselves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The references to component schemas that lead back to where they came from.
pub(super) fn recursive(document: &Value) -> BTreeSet<String> {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let named = |name: &str| format!("#/components/schemas/{}", name.replace('~', "~0").replace('/', "~1"));
    let references: BTreeMap<String, BTreeSet<&str>> =
        schemas.into_iter().flatten().map(|(name, schema)| (named(name), references(schema))).collect();
    references.keys().filter(|start| leads_back(start, &references)).cloned().collect()
}

fn leads_back(start: &str, references: &BTreeMap<String, BTreeSet<&str>>) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
    while let Some(pointer) = open.pop() {
        for next in references.get(pointer).into_iter().flatten() {
            if *next == start {
                return true;
            }
            if seen.insert(*next) {
                open.push(next);
            }
        }
    }
    false
}

fn references(value: &Value) -> BTreeSet<&str> {
    match value {
        Value::Object(object) => {
            let own = object.get("$ref").and_then(Value::as_str);
            object.values().flat_map(references).chain(own).collect()
        }
        Value::Array(all) => all.iter().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn finds_circles_of_one_and_of_several() {
        let to = |name: &str| json!({"items": {"$ref": format!("#/components/schemas/{name}")}});
        let document =
            json!({"components": {"schemas": {"A": to("A"), "B": to("C"), "C": to("B"), "D": to("A"), "E": {}}}});
        let found: Vec<_> = recursive(&document).into_iter().collect();
        assert_eq!(found, ["A", "B", "C"].map(|name| format!("#/components/schemas/{name}")));
    }
}
