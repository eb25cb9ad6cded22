//! The OpenAPI document as a judge of values.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::Method;
use jsonschema::Validator;
use serde_json::Value;

use crate::http::contract::{self, METHODS};

/// A document, with the validators that have been needed so far.
pub struct Document {
    /// The document itself.
    pub value: Value,
    validators: Mutex<BTreeMap<String, Compiled>>,
}

/// A schema that can judge, or why it cannot.
type Compiled = Result<Arc<Validator>, String>;

impl Document {
    /// `value`, as [`Gateway::openapi`](crate::Gateway::openapi) and [`Builder::openapi`](crate::Builder::openapi) give it.
    #[must_use]
    pub const fn new(value: Value) -> Self {
        Self { value, validators: Mutex::new(BTreeMap::new()) }
    }

    /// Every operation: path, method in capitals, and what the document says of it.
    pub fn operations(&self) -> impl Iterator<Item = (&str, String, &Value)> {
        let paths = self.value["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, item)| {
            let operations = item.as_object().into_iter().flatten();
            let operations = operations.filter(|(method, _)| METHODS.contains(&method.as_str()));
            operations.map(move |(method, operation)| (path.as_str(), method.to_uppercase(), operation))
        })
    }

    /// The operation that answers `method` at `path`, and the path as the document writes it.
    #[must_use]
    pub fn operation(&self, method: &Method, path: &str) -> Option<(&str, &Value)> {
        let method = if method == Method::HEAD { "get".to_owned() } else { method.as_str().to_lowercase() };
        let paths = self.value["paths"].as_object().into_iter().flatten();
        let mut matching: Vec<_> = paths.filter(|(template, _)| matches(template, path)).collect();
        // A literal path goes before one with variables.
        matching.sort_by_key(|(template, _)| template.matches('{').count());
        let (template, item) = matching.first()?;
        Some((template.as_str(), item.get(&method)?))
    }

    /// `value`, or what it refers to; null where the reference points to nothing, or to itself.
    #[must_use]
    pub fn follow<'a>(&'a self, value: &'a Value) -> &'a Value {
        const STEPS_MAX: usize = 16;
        let mut value = value;
        for _ in 0..STEPS_MAX {
            let Some(reference) = value["$ref"].as_str() else { return value };
            value = self.value.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
        }
        &Value::Null
    }

    /// What is wrong with `value` by `schema`, which is part of this document.
    #[must_use]
    pub fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
        match self.validator(schema) {
            Ok(validator) => validator
                .iter_errors(value)
                .map(|fault| format!("{}: {fault}", fault.instance_path()).trim_start_matches(": ").to_owned())
                .collect(),
            Err(fault) => vec![fault],
        }
    }

    fn validator(&self, schema: &Value) -> Compiled {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let compile = || {
            let validator = contract::validator(&self.value, schema);
            validator.map(Arc::new).map_err(|fault| format!("the schema is no good: {fault}"))
        };
        validators.entry(schema.to_string()).or_insert_with(compile).clone()
    }
}

fn matches(template: &str, path: &str) -> bool {
    template.split('/').count() == path.split('/').count()
        && template.split('/').zip(path.split('/')).all(|(known, given)| known.starts_with('{') || known == given)
}
