//! A part of the document: the operations that a reader asks for, with all that they need.

use serde_json::{Map, Value};

use super::complete::prune;
use super::{security, tree};
use crate::auth::{Access, ScopeTable};

/// What decides whether an operation is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Needs<'a> {
    /// Its group.
    pub tag: &'a str,
    /// What it asks of its caller.
    pub access: Access,
}

/// The document with those operations that `is_wanted`; `scopes` are those of its gateway.
///
/// # Errors
/// If the document is not one that [`super::complete()`] made.
pub fn select(document: &Value, scopes: &ScopeTable, is_wanted: impl Fn(&Needs<'_>) -> bool) -> Result<Value, String> {
    let is_wanted = |operation: &Value| {
        let tag = operation.pointer("/tags/0").and_then(Value::as_str).unwrap_or_default();
        security::read(operation, scopes).is_ok_and(|access| is_wanted(&Needs { tag, access }))
    };
    let mut document = document.clone();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).ok_or("the document has no paths")?;
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        item.retain(|name, operation| !tree::METHODS.contains(&name.as_str()) || is_wanted(operation));
    }
    paths.retain(|_, item| item.as_object().is_some_and(|item: &Map<_, _>| !item.is_empty()));
    let mut faults = Vec::new();
    prune(&mut document, &mut faults);
    if faults.is_empty() { Ok(document) } else { Err(faults.join("; ")) }
}
