//! One schema of the document with all that it refers to: text until it is first needed, so that starting stays quick and the
//! document itself need not be kept.

use std::sync::OnceLock;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value, json};

use super::narrow::{Narrowed, excess};
use super::{faults, tree};
use crate::error::{Error, FieldError};

const REGEX_BYTES_MAX: usize = 1 << 20;

/// A schema within the document.
#[derive(Debug)]
pub(super) struct Schema {
    /// JSON of its root, or why it has none.
    text: Result<Box<str>, String>,
    compiled: OnceLock<Result<Compiled, String>>,
}

/// A schema that has been needed.
#[derive(Debug)]
struct Compiled {
    /// What [`root`] makes.
    root: Value,
    validator: Validator,
}

impl Compiled {
    fn new(root: Value) -> Result<Self, String> {
        let validator = build(&root)?;
        Ok(Self { root, validator })
    }

    /// The schema itself, whose references are into the root.
    fn source(&self) -> &Value {
        &self.root["allOf"][0]
    }
}

impl Schema {
    /// The schema `source`, whose references are into `document`.
    pub(super) fn new(document: &Value, source: &Value) -> Self {
        Self { text: root(document, source).map(|root| root.to_string().into()), compiled: OnceLock::new() }
    }

    /// What is wrong with `value`; pointers begin with `prefix`.
    ///
    /// # Errors
    /// A failure of the gateway if the schema itself is no good.
    pub(super) fn faults(&self, value: &Value, prefix: &str) -> Result<Vec<FieldError>, Error> {
        let compiled = self.compiled()?;
        let Compiled { root, validator } = compiled;
        if validator.is_valid(value) {
            return Ok(Vec::new());
        }
        let mut found = excess(root, compiled.source(), value);
        if found.is_empty() {
            let narrowed = Narrowed::of(value, |value| validator.is_valid(value));
            found = faults::describe(validator.iter_errors(&narrowed.value), "");
            found.iter_mut().for_each(|fault| fault.pointer = narrowed.original(&fault.pointer));
        }
        found.iter_mut().for_each(|fault| fault.pointer.insert_str(0, prefix));
        Ok(found)
    }

    /// Whether the schema, of an object, takes the field `name` without naming it.
    ///
    /// # Errors
    /// A failure of the gateway if the schema itself is no good.
    pub(super) fn ignores(&self, name: &str) -> Result<bool, Error> {
        let compiled = self.compiled()?;
        let schema = tree::follow(&compiled.root, compiled.source()).unwrap_or_else(|_| compiled.source());
        let is_open = schema.get("additionalProperties").is_some_and(|others| *others != false);
        Ok(is_open && schema.get("properties").is_some_and(|fields| fields.get(name).is_none()))
    }

    /// Why the schema cannot be compiled, if it cannot.
    pub(super) fn fault(&self) -> Option<String> {
        self.compile().err().map(|fault| format!("the schema is no good: {fault}"))
    }

    /// Compiles the schema unless that is done.
    fn compiled(&self) -> Result<&Compiled, Error> {
        self.compile().map_err(|fault| Error::internal(format!("a schema of the document is no good: {fault}")))
    }

    fn compile(&self) -> Result<&Compiled, &str> {
        let compile = || {
            let text = self.text.as_deref().map_err(String::clone)?;
            Compiled::new(serde_json::from_str(text).map_err(|fault| fault.to_string())?)
        };
        self.compiled.get_or_init(compile).as_ref().map_err(String::as_str)
    }
}

/// What judges values by the schema `source`, whose references are into `document`.
///
/// # Errors
/// Why it cannot be compiled.
pub fn validator(document: &Value, source: &Value) -> Result<Validator, String> {
    build(&root(document, source)?)
}

/// `source` with all that it refers to in `document`, as a document of its own.
fn root(document: &Value, source: &Value) -> Result<Value, String> {
    let mut components = Map::new();
    for reference in tree::reach(document, [source])? {
        if let Some(name) = reference.strip_prefix("#/components/schemas/") {
            components.insert(name.to_owned(), tree::resolve(document, &reference)?.clone());
        }
    }
    Ok(json!({"allOf": [source], "components": {"schemas": components}}))
}

fn build(root: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        // No backtracking: the time is linear in the input.
        .with_pattern_options(PatternOptions::regex().size_limit(REGEX_BYTES_MAX))
        .build(root)
        .map_err(|fault| fault.to_string())
}
