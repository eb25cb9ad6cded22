//! References: each points to something, and nothing is left that none points to.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::testing::Document;

pub(super) fn check(document: &Document, faults: &mut Vec<String>) {
    let mut all = BTreeSet::new();
    references(&document.value, &mut all);
    let is_dangling = |reference: &&String| document.value.pointer(reference.trim_start_matches('#')).is_none();
    faults.extend(all.iter().filter(is_dangling).map(|reference| format!("{reference} points to nothing")));
    for kind in ["schemas", "responses", "headers", "parameters"] {
        for (name, _) in document.value["components"][kind].as_object().into_iter().flatten() {
            if !all.contains(&format!("#/components/{kind}/{name}")) {
                faults.push(format!("nothing uses {kind}/{name}"));
            }
        }
    }
}

/// Names of the component schemas that `values` reach.
pub(super) fn reached(document: &Document, values: &[&Value]) -> BTreeSet<String> {
    let mut open = BTreeSet::new();
    values.iter().for_each(|value| references(value, &mut open));
    let (mut names, mut seen) = (BTreeSet::new(), BTreeSet::new());
    while let Some(reference) = open.pop_first() {
        if !seen.insert(reference.clone()) {
            continue;
        }
        let Some(target) = document.value.pointer(reference.trim_start_matches('#')) else { continue };
        names.extend(reference.strip_prefix("#/components/schemas/").map(str::to_owned));
        references(target, &mut open);
    }
    names
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|inner| references(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}
