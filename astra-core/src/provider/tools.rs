//! The tools that a model may call: what is said of each, and how a schema is sent.

use std::borrow::Cow;
use std::sync::Arc;

use serde::ser::{SerializeMap as _, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::content::Arguments;

/// Longest name of a tool that all servers take.
const NAME_BYTES_MAX: usize = 64;
/// The name under which arguments are sent that are no JSON object, as Anthropic proposes it: servers refuse a conversation with
/// arguments that they cannot read, and the model is to see what it wrote.
const INVALID_JSON: &str = "INVALID_JSON";

/// A tool that a model may call. A clone copies no text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// The name, at most 64 letters, digits, `_` and `-`.
    pub name: Arc<str>,
    /// What it does, and when to call it, for the model; may be empty.
    pub description: Arc<str>,
    /// The JSON Schema of its arguments, which are an object; empty for a tool that takes none.
    pub parameters: Arc<Map<String, Value>>,
    /// Whether the arguments must fit the schema. It is not sent to servers that cannot hold a model to it.
    #[serde(default)]
    pub is_strict: bool,
}

/// Whether a model may, must or must not call a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ToolChoice<'a> {
    /// It may.
    #[default]
    Auto,
    /// It must not.
    None,
    /// It must, whichever it likes.
    Required,
    /// It must call the tool of this name.
    Named(&'a str),
}

/// A schema as servers want it: one that says neither that it is of an object nor what the object has is refused by some.
pub(super) struct Schema<'a>(pub &'a Map<String, Value>);

impl Serialize for Schema<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.0.contains_key("type") {
            map.serialize_entry("type", "object")?;
        }
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        if !self.0.contains_key("properties") {
            map.serialize_entry("properties", &Map::new())?;
        }
        map.end()
    }
}

/// The arguments of a call as JSON for a server.
pub(super) struct Input<'a>(pub &'a Arguments);

impl Serialize for Input<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Arguments::Object(object) => object.serialize(serializer),
            Arguments::Text(text) => serializer.collect_map([(INVALID_JSON, text)]),
        }
    }
}

/// The name of a called tool as servers take it: a model may have made up one that they refuse.
pub(super) fn sent_name<'a>(name: &'a str, tools: &[Tool]) -> Cow<'a, str> {
    let is_good = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if (1..=NAME_BYTES_MAX).contains(&name.len()) && name.chars().all(is_good)
        || tools.iter().any(|tool| *tool.name == *name)
    {
        return Cow::Borrowed(name);
    }
    let letters = name.chars().map(|letter| if is_good(letter) { letter } else { '_' }).take(NAME_BYTES_MAX);
    Cow::Owned(if name.is_empty() { "unknown".to_owned() } else { letters.collect() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_of_an_object_with_properties() {
        for (schema, expected) in [
            (json!({}), json!({"type": "object", "properties": {}})),
            (json!({"properties": {"a": {}}}), json!({"type": "object", "properties": {"a": {}}})),
            (
                json!({"type": "object", "additionalProperties": false}),
                json!({"type": "object", "additionalProperties": false, "properties": {}}),
            ),
        ] {
            assert_eq!(serde_json::to_value(Schema(schema.as_object().unwrap())).unwrap(), expected);
        }
    }

    #[test]
    fn names_that_no_server_takes_are_cleaned_unless_a_tool_has_them() {
        let tool = Tool { name: "a.b".into(), description: "".into(), parameters: Arc::default(), is_strict: false };
        assert_eq!(sent_name("look_up-2", &[]), "look_up-2");
        assert_eq!(sent_name("multi_tool_use.parallel", &[]), "multi_tool_use_parallel");
        assert_eq!((sent_name("a.b", &[tool]), sent_name("", &[])), ("a.b".into(), "unknown".into()));
        assert_eq!(sent_name(&"ä".repeat(100), &[]), "_".repeat(64));
    }
}
