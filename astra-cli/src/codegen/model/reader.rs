//! Reads a document as a whole.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::shape::{Types, text};
use super::{Answer, Api, Group, Operation, SignIn, Type, operation, pages};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];

/// Boils a document down.
///
/// # Errors
/// What is wrong with it, as a sentence without a full stop: it is no OpenAPI 3 document, or two things in it have one
/// name.
pub(crate) fn read(document: &Value) -> Result<Api, String> {
    let version = document.get("openapi").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("3.") {
        return Err("it is no OpenAPI 3 document: it has no `openapi: 3.x`".to_owned());
    }
    let nothing = Map::new();
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object).unwrap_or(&nothing);
    let mut types = Types::read(schemas)?;
    let groups = groups(document, &mut types)?;
    let info = document.get("info").unwrap_or(&Value::Null);
    let mut api = Api {
        title: text(info, "title"),
        version: text(info, "version"),
        description: text(info, "description"),
        sign_in: None,
        groups,
        types: Vec::new(),
    };
    api.sign_in = api.operation("auth.token").map(|operation| SignIn { token_path: operation.path.clone() });
    let plain: BTreeSet<String> = types
        .named
        .iter()
        .filter(|named| pages::is_plain(&types, &named.name))
        .map(|named| named.name.clone())
        .collect();
    api.types = types.named;
    mark_use(&mut api);
    // A plain page is left out if all that mentions it are lists.
    let kept = mentioned(&api);
    api.types.retain(|named| !plain.contains(&named.name) || kept.contains(&named.name));
    Ok(api)
}

/// The names that something other than a list's answer mentions.
fn mentioned(api: &Api) -> BTreeSet<String> {
    let in_types = api.types.iter().flat_map(|named| named.shape.mentioned());
    let in_bodies = api.operations().filter_map(|operation| operation.body.as_ref().map(|body| &body.ty));
    let in_answers = api.operations().filter(|operation| operation.page.is_none()).flat_map(|it| given(&it.answer));
    let parts = in_types.chain(in_bodies).chain(in_answers).flat_map(Type::parts);
    parts.filter_map(|part| if let Type::Named(name) = part { Some(name.clone()) } else { None }).collect()
}

/// The types of what success gives.
fn given(answer: &Answer) -> Vec<&Type> {
    match answer {
        Answer::Json(ty) => vec![ty],
        Answer::Events(events) => vec![&events.ty],
        Answer::Either { json, events, .. } => vec![json, &events.ty],
        Answer::Nothing | Answer::Text | Answer::Bytes => Vec::new(),
    }
}

fn groups(document: &Value, types: &mut Types) -> Result<Vec<Group>, String> {
    let mut groups: Vec<Group> = Vec::new();
    let tags = document.get("tags").and_then(Value::as_array);
    for tag in tags.into_iter().flatten() {
        let (name, description) = (text(tag, "name"), text(tag, "description"));
        groups.push(Group { name, description, operations: Vec::new() });
    }
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            let Some(described) = item.get(method) else { continue };
            let operation = operation::read(document, types, (path, item), (method, described))?;
            add(&mut groups, described, operation)?;
        }
    }
    groups.retain(|group| !group.operations.is_empty());
    Ok(groups)
}

/// An operation belongs to the group before the dot of its id, else to its first tag.
fn add(groups: &mut Vec<Group>, described: &Value, operation: Operation) -> Result<(), String> {
    let tag = described.pointer("/tags/0").and_then(Value::as_str);
    let name = operation.id.split_once('.').map(|(group, _)| group).or(tag).unwrap_or("default").to_owned();
    if !groups.iter().any(|group| group.name == name) {
        groups.push(Group { name: name.clone(), description: String::new(), operations: Vec::new() });
    }
    let Some(group) = groups.iter_mut().find(|group| group.name == name) else { return Ok(()) };
    if group.operations.iter().any(|other| other.name == operation.name) {
        return Err(format!("two operations are called {}", operation.id));
    }
    group.operations.push(operation);
    Ok(())
}

/// Finds out which types are sent, and which received: refusals are, always.
fn mark_use(api: &mut Api) {
    let (mut sent, mut received) = (BTreeSet::new(), BTreeSet::new());
    let mut queue: Vec<(bool, Type)> = vec![(false, Type::Named("Problem".to_owned()))];
    for operation in api.operations() {
        queue.extend(operation.parameters.iter().map(|parameter| (true, parameter.ty.clone())));
        queue.extend(operation.body.iter().map(|body| (true, body.ty.clone())));
        queue.extend(given(&operation.answer).into_iter().map(|ty| (false, ty.clone())));
    }
    while let Some((is_sent, ty)) = queue.pop() {
        for part in ty.parts() {
            let Type::Named(name) = part else { continue };
            let seen = if is_sent { &mut sent } else { &mut received };
            if seen.insert(name.clone())
                && let Some(named) = api.named(name)
            {
                queue.extend(named.shape.mentioned().into_iter().map(|ty| (is_sent, ty.clone())));
            }
        }
    }
    for named in &mut api.types {
        named.is_sent = sent.contains(&named.name);
        named.is_received = received.contains(&named.name);
    }
}
