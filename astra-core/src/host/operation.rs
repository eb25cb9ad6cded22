//! One operation of a host, held against what every operation of the document must say.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::path;
use crate::auth::ScopeTable;
use crate::auth::access::GROUPS;
use crate::http::contract;

/// Completes `operation`, the host's at `template`, with its tag and its permission, `security` being that of the host's
/// whole document and `scopes` those that there are. Answers what is wrong with it; `ids` are those that are taken.
pub(super) fn complete(
    template: &str,
    operation: &mut Value,
    (security, scopes): (Option<&Value>, &ScopeTable),
    ids: &mut BTreeSet<String>,
) -> Vec<String> {
    let mut faults = identity(operation, ids);
    if operation["summary"].as_str().is_none_or(|summary| summary.trim().is_empty()) {
        faults.push("it has no summary: the first line of the handler's comment".to_owned());
    }
    faults.extend(answers(operation));
    faults.extend(variables(template, operation));
    if let (None, Some(security)) = (operation.get("security"), security) {
        operation["security"] = security.clone();
    }
    faults.extend(contract::declare(operation, scopes).err());
    faults
}

/// The id, and the tag, which is the id's group.
fn identity(operation: &mut Value, ids: &mut BTreeSet<String>) -> Vec<String> {
    let Some(id) = operation["operationId"].as_str().map(str::to_owned) else {
        return vec!["it has no operation_id".to_owned()];
    };
    let is_word = |word: &str, joint: char| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word.chars().all(|character| character.is_ascii_lowercase() || character == joint)
    };
    let Some((group, _)) = id.split_once('.').filter(|(group, verb)| is_word(group, '-') && is_word(verb, '_')) else {
        return vec![format!("its operation_id {id:?} is not <group>.<verb>, such as invoices.list")];
    };
    let mut faults = Vec::new();
    if GROUPS.contains(&group) {
        faults.push(format!("its operation_id {id} is in the group {group}, which is the gateway's own"));
    }
    if !ids.insert(id.clone()) {
        faults.push(format!("its operation_id {id} is taken"));
    }
    match operation.get("tags") {
        Some(tags) if *tags != json!([group]) => {
            faults.push(format!("its tags are {tags}, but its operation_id says {group}: leave them out"));
        }
        _ => operation["tags"] = json!([group]),
    }
    faults
}

fn answers(operation: &Value) -> Vec<String> {
    let statuses: Vec<&str> =
        operation["responses"].as_object().into_iter().flatten().map(|(status, _)| status.as_str()).collect();
    let is_exact = |status: &str| status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    let vague = statuses.iter().filter(|status| !is_exact(status));
    let mut faults: Vec<String> =
        vague.map(|status| format!("it answers {status:?}: name each status by its number")).collect();
    if !statuses.iter().any(|status| status.starts_with(['2', '3'])) {
        faults.push("it documents no answer of success".to_owned());
    }
    faults
}

/// Variables of the path that are not among the parameters; the other way round the contract itself sees it.
fn variables(template: &str, operation: &Value) -> Vec<String> {
    let declared: Vec<&str> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|parameter| parameter["in"] == "path")
        .filter_map(|parameter| parameter["name"].as_str())
        .collect();
    let missing = path::variables(template).filter(|name| !declared.contains(name));
    missing.map(|name| format!("its path has {{{name}}}, which is not among its parameters")).collect()
}
