//! A story: a call of every operation of a document, in an order that makes sense. Programs that make these calls are written
//! from it, each in its language.

mod apply;
mod read;

use serde_json::{Map, Value};

pub(crate) use read::read;

/// The rows, in the order of their calls.
#[derive(Debug)]
pub(crate) struct Story {
    rows: Vec<Row>,
}

/// What a story says of an operation. The document's examples stand for all that it does not say.
#[derive(Debug, Default)]
struct Row {
    id: String,
    /// The credential, where it is not that of all others.
    token: Option<String>,
    /// Values by the names of the parameters; null for one that is not sent.
    parameters: Map<String, Value>,
    /// What the body has in place of its example, as a merge patch (RFC 7396); null if no body is sent.
    body: Option<Value>,
    /// Variables, and where in the answer their values are, as JSON pointers.
    remember: Vec<(String, String)>,
    /// Values that the answer has, by JSON pointers.
    expect: Vec<(String, Value)>,
    /// The type of the last event.
    until: Option<String>,
    /// Whether no program calls the operation: it is for browsers, which keep its cookie and follow where it leads.
    is_for_browsers: bool,
}

/// A call, and what becomes of its answer. What it sends are the examples of its operation.
#[derive(Debug)]
pub(crate) struct Step {
    /// The id of its operation.
    pub(crate) id: String,
    /// The credential, where it is not that of all others.
    pub(crate) token: Option<String>,
    /// Where its stream begins.
    pub(crate) last_event_id: Option<String>,
    /// The statuses of success.
    pub(crate) success: Vec<u16>,
    /// Variables, and where in the answer their values are, as JSON pointers.
    pub(crate) remember: Vec<(String, String)>,
    /// Values that the answer has, by JSON pointers.
    pub(crate) expect: Vec<(String, Value)>,
    /// The end of its stream, if it has one.
    pub(crate) until: Option<Until>,
    /// The texts with variables among what it sends.
    templates: Vec<String>,
}

/// The end of a stream whose events say their types.
#[derive(Debug)]
pub(crate) struct Until {
    /// The field of the events that says their type.
    pub(crate) tag: String,
    /// The type of the last event.
    pub(crate) value: String,
    /// Whether more would come after it.
    pub(crate) is_endless: bool,
}

impl Step {
    /// The name of a function that makes its call: `agents_list_versions`.
    pub(crate) fn function(&self) -> String {
        crate::codegen::naming::snake(&self.id)
    }

    /// `code`, the call, in which each text with a variable is `filled` and no literal any more.
    ///
    /// # Errors
    /// The text that is in no literal of the call: it stands where no text can.
    pub(crate) fn filled(
        &self,
        code: &str,
        literal: impl Fn(&str) -> String,
        filled: impl Fn(&str) -> String,
    ) -> Result<String, String> {
        let mut code = code.to_owned();
        for template in &self.templates {
            let literal = literal(template);
            if !code.contains(&literal) {
                return Err(format!("{}: `{template}` stands where the call takes no text", self.id));
            }
            code = code.replace(&literal, &filled(&literal));
        }
        Ok(code)
    }
}

/// The names in double braces, without blanks: `{{turn_id}}`.
fn variables(text: &str) -> Vec<&str> {
    let is_name = |name: &str| {
        let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        name.starts_with(|first: char| first.is_ascii_lowercase()) && name.chars().all(is_letter)
    };
    let opened = text.split("{{").skip(1);
    opened.filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name).filter(|name| is_name(name)).collect()
}

/// The texts in `value` that have variables.
fn templates(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if !variables(text).is_empty() && !found.contains(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| templates(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| templates(field, found)),
        _ => {}
    }
}
