//! One schema of the document, compiled when it is first needed, so that starting stays quick.

use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value, json};

use super::narrow::{Narrowed, excess};
use super::{faults, tree};
use crate::error::{Error, FieldError};

const REGEX_BYTES_MAX: usize = 1 << 20;

/// A schema within the document.
#[derive(Debug)]
pub(super) struct Schema {
    document: Arc<Value>,
    source: Value,
    compiled: OnceLock<Result<Validator, String>>,
}

impl Schema {
    /// The schema `source`, whose references are into `document`.
    pub(super) const fn new(document: Arc<Value>, source: Value) -> Self {
        Self { document, source, compiled: OnceLock::new() }
    }

    /// What is wrong with `value`; pointers begin with `prefix`.
    ///
    /// # Errors
    /// A failure of the gateway if the schema itself is no good.
    pub(super) fn faults(&self, value: &Value, prefix: &str) -> Result<Vec<FieldError>, Error> {
        let validator = self.validator()?;
        if validator.is_valid(value) {
            return Ok(Vec::new());
        }
        let mut found = excess(&self.document, &self.source, value);
        if found.is_empty() {
            let narrowed = Narrowed::of(value, |value| validator.is_valid(value));
            found = faults::describe(validator.iter_errors(&narrowed.value), "");
            found.iter_mut().for_each(|fault| fault.pointer = narrowed.original(&fault.pointer));
        }
        found.iter_mut().for_each(|fault| fault.pointer.insert_str(0, prefix));
        Ok(found)
    }

    /// Whether the schema, of an object, takes the field `name` without naming it.
    pub(super) fn ignores(&self, name: &str) -> bool {
        let schema = tree::follow(&self.document, &self.source).unwrap_or(&self.source);
        let is_open = schema.get("additionalProperties").is_some_and(|others| *others != false);
        is_open && schema.get("properties").is_some_and(|fields| fields.get(name).is_none())
    }

    /// Compiles the schema unless that is done.
    fn validator(&self) -> Result<&Validator, Error> {
        self.compiled().map_err(|fault| Error::internal(format!("a schema of the document is no good: {fault}")))
    }

    /// Why the schema cannot be compiled, if it cannot.
    pub(super) fn fault(&self) -> Option<String> {
        self.compiled().err().map(|fault| format!("the schema is no good: {fault}"))
    }

    fn compiled(&self) -> Result<&Validator, &str> {
        self.compiled.get_or_init(|| validator(&self.document, &self.source)).as_ref().map_err(String::as_str)
    }
}

/// What judges values by the schema `source`, whose references are into `document`.
///
/// # Errors
/// Why it cannot be compiled.
pub fn validator(document: &Value, source: &Value) -> Result<Validator, String> {
    let mut components = Map::new();
    for reference in tree::reach(document, [source])? {
        if let Some(name) = reference.strip_prefix("#/components/schemas/") {
            components.insert(name.to_owned(), tree::resolve(document, &reference)?.clone());
        }
    }
    let root = json!({"allOf": [source], "components": {"schemas": components}});
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        // No backtracking: the time is linear in the input.
        .with_pattern_options(PatternOptions::regex().size_limit(REGEX_BYTES_MAX))
        .build(&root)
        .map_err(|fault| fault.to_string())
}
