//! A tagged enum comes as `oneOf` of nameless objects: name each branch, and say which field distinguishes them.

use serde_json::{Map, Value, json};

use super::super::tree;

/// Makes a component `ParentTag` of each branch, with a discriminator that maps tags to branches.
pub(super) fn name_branches(document: &mut Value, faults: &mut Vec<String>) {
    let Some(components) = tree::schemas(document) else { return };
    let names: Vec<String> = components.keys().cloned().collect();
    for name in names {
        if let Some(union) = union_of(document, &name) {
            hoist(document, &name, &union, faults);
        }
    }
}

/// In a choice a reference stands alone, since generators make a nameless type of one with a description beside it. If it is
/// the only one, but for null, the description is the choice's; else it is that of the component.
pub(super) fn free_references(document: &mut Value) {
    tree::walk(document, &mut |schema| {
        let Some(schema) = schema.as_object_mut() else { return };
        for choice in ["oneOf", "anyOf"] {
            let Some(branches) = schema.get_mut(choice).and_then(Value::as_array_mut) else { continue };
            let is_null = |branch: &Value| branch.get("type").is_some_and(|kind| kind == "null");
            let is_only = branches.iter().filter(|branch| !is_null(branch)).count() == 1;
            let references = branches.iter_mut().filter(|branch| branch.get("$ref").is_some());
            let descriptions: Vec<Value> = references
                .filter_map(Value::as_object_mut)
                .filter_map(|branch| branch.shift_remove("description"))
                .collect();
            if let (true, Some(description)) = (is_only, descriptions.into_iter().next()) {
                schema.entry("description").or_insert(description);
            }
        }
    });
}

struct Union {
    tag: String,
    /// The tag's value and the branch.
    branches: Vec<(String, Value)>,
}

fn union_of(document: &Value, name: &str) -> Option<Union> {
    let schema = document.get("components")?.get("schemas")?.get(name)?;
    if schema.get("discriminator").is_some() {
        return None;
    }
    let mut tag = None;
    let mut branches = Vec::new();
    for branch in schema.get("oneOf")?.as_array()? {
        let (field, value) = tag_of(branch)?;
        if *tag.get_or_insert_with(|| field.clone()) != field {
            return None;
        }
        branches.push((value, flatten(document, branch)));
    }
    Some(Union { tag: tag?, branches })
}

fn hoist(document: &mut Value, name: &str, union: &Union, faults: &mut Vec<String>) {
    let mut references = Vec::new();
    let mut mapping = Map::new();
    for (value, branch) in &union.branches {
        let branch_name = format!("{name}{}", pascal_case(value));
        let mut branch = branch.clone();
        if let Some(tag) = branch.get_mut("properties").and_then(|properties| properties.get_mut(&union.tag)) {
            // Older generators do not read `const`: the one-value `enum` stays beside it.
            tag["const"] = value.clone().into();
        }
        let Some(components) = tree::schemas(document) else { return };
        if components.insert(branch_name.clone(), branch).is_some() {
            faults.push(format!("the schema name {branch_name} is taken: a branch of {name} needs it"));
        }
        let reference = format!("#/components/schemas/{branch_name}");
        references.push(json!({"$ref": reference}));
        mapping.insert(value.clone(), reference.into());
    }
    if let Some(parent) = tree::schemas(document).and_then(|components| components.get_mut(name)) {
        parent["oneOf"] = references.into();
        parent["discriminator"] = json!({"propertyName": union.tag, "mapping": mapping});
    }
}

/// The field with a single allowed value, in the branch itself or in a part of its `allOf`.
fn tag_of(branch: &Value) -> Option<(String, String)> {
    let parts = branch.get("allOf").and_then(Value::as_array).into_iter().flatten();
    std::iter::once(branch).chain(parts).find_map(|part| {
        part.get("properties")?.as_object()?.iter().find_map(|(field, schema)| {
            match schema.get("enum")?.as_array()?.as_slice() {
                [Value::String(only)] => Some((field.clone(), only.clone())),
                _ => None,
            }
        })
    })
}

/// `allOf: [$ref, {tag}]` as one object: a reference that admits no further fields would contradict the tag.
fn flatten(document: &Value, branch: &Value) -> Value {
    let Some(parts) = branch.get("allOf").and_then(Value::as_array) else { return branch.clone() };
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut rest = Map::new();
    for part in parts {
        let Ok(part) = tree::follow(document, part) else { return branch.clone() };
        if part.get("type").is_none_or(|kind| kind != "object") {
            return branch.clone();
        }
        for (key, value) in part.as_object().into_iter().flatten() {
            match (key.as_str(), value) {
                ("properties", Value::Object(more)) => properties.extend(more.clone()),
                ("required", Value::Array(more)) => required.extend(more.iter().cloned()),
                _ => drop(rest.insert(key.clone(), value.clone())),
            }
        }
    }
    if let Some(description) = branch.get("description") {
        rest.insert("description".into(), description.clone());
    }
    rest.insert("required".into(), required.into());
    rest.insert("properties".into(), properties.into());
    rest.into()
}

fn pascal_case(tag: &str) -> String {
    let words = tag.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
            first.to_uppercase() + rest
        })
        .collect()
}
