//! Tools in a request: what is offered, what was called, and what the tools answered.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::{SerializeMap as _, SerializeSeq, Serializer};
use serde_json::Value;

use super::parts::WirePart;
use crate::provider::call_ids::CallIds;
use crate::provider::presets::Quirks;
use crate::provider::tools::{Input, Schema, sent_name};
use crate::provider::{Part, Role, Tool, ToolCall, ToolChoice};

/// The tools that are offered.
pub(super) struct WireTools<'a>(pub &'a [Tool]);

impl Serialize for WireTools<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|tool| {
            let (name, description, parameters) = (&*tool.name, &*tool.description, Schema(&tool.parameters));
            Wrapped { kind: "function", function: Offered { name, description, parameters, strict: tool.is_strict } }
        }))
    }
}

/// Whether a tool is to be called.
pub(super) struct Choice<'a>(pub ToolChoice<'a>);

impl Serialize for Choice<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            ToolChoice::Auto => serializer.serialize_str("auto"),
            ToolChoice::None => serializer.serialize_str("none"),
            ToolChoice::Required => serializer.serialize_str("required"),
            ToolChoice::Named(name) => Wrapped { kind: "function", function: Named { name } }.serialize(serializer),
        }
    }
}

#[derive(Serialize)]
struct Wrapped<T> {
    #[serde(rename = "type")]
    kind: &'static str,
    function: T,
}

#[derive(Serialize)]
struct Offered<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    parameters: Schema<'a>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    strict: bool,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

/// Writes a message with calls or results: each result is a message of its own here, before what else is said.
pub(super) fn serialize<'a, S: SerializeSeq>(
    list: &mut S,
    role: Role,
    parts: &'a [Part],
    tools: &[Tool],
    ids: &mut CallIds<'a>,
    quirks: Quirks,
) -> Result<(), S::Error> {
    for part in parts {
        if let Part::ToolResult(result) = part {
            let tool_call_id = ids.result(&result.call_id);
            list.serialize_element(&ResultMessage { role: Role::Tool, tool_call_id, content: &result.content })?;
        }
    }
    let mut tool_calls = Vec::new();
    for part in parts {
        if let Part::ToolCall(call) = part {
            tool_calls.push(WireCall::of(call, ids.call(&call.id), tools, quirks));
        }
    }
    let content = Said(parts);
    if !tool_calls.is_empty() || !content.is_empty() {
        list.serialize_element(&CallMessage { role, content, tool_calls })?;
    }
    Ok(())
}

#[derive(Serialize)]
struct ResultMessage<'a> {
    role: Role,
    tool_call_id: Cow<'a, str>,
    content: &'a str,
}

#[derive(Serialize)]
struct CallMessage<'a> {
    role: Role,
    content: Said<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<WireCall<'a>>,
}

/// What is said beside calls and results: null, one text, or a list.
struct Said<'a>(&'a [Part]);

impl<'a> Said<'a> {
    fn parts(&self) -> impl Iterator<Item = &'a Part> + Clone + use<'a> {
        self.0.iter().filter(|part| !part.is_of_tool() && part.text() != Some(""))
    }

    fn is_empty(&self) -> bool {
        self.parts().next().is_none()
    }
}

impl Serialize for Said<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts = self.parts();
        let texts: Option<Vec<&str>> = parts.clone().map(Part::text).collect();
        match texts {
            Some(texts) if texts.is_empty() => serializer.serialize_none(),
            Some(texts) => serializer.serialize_str(&texts.join("\n\n")),
            None => serializer.collect_seq(parts.filter_map(WirePart::of)),
        }
    }
}

struct WireCall<'a> {
    id: Cow<'a, str>,
    name: Cow<'a, str>,
    call: &'a ToolCall,
    extra_content: Option<&'a Value>,
}

impl<'a> WireCall<'a> {
    fn of(call: &'a ToolCall, id: Cow<'a, str>, tools: &[Tool], quirks: Quirks) -> Self {
        let extra_content = call.extra.as_ref().filter(|_| quirks.wants_extra_content);
        Self { id, name: sent_name(&call.name, tools), call, extra_content }
    }
}

impl Serialize for WireCall<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let arguments = serde_json::to_string(&Input(&self.call.arguments)).map_err(serde::ser::Error::custom)?;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("type", "function")?;
        map.serialize_entry("function", &Called { name: &self.name, arguments })?;
        if let Some(extra) = self.extra_content {
            map.serialize_entry("extra_content", extra)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Called<'a> {
    name: &'a str,
    arguments: String,
}
