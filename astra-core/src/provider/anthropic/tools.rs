//! Tools in a request: which are offered, and whether one is to be called.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Map;

use crate::provider::tools::{Schema, sent_name};
use crate::provider::{Content, Part, Request, Tool, ToolChoice};

/// The tools that are offered. A conversation in which tools were called is refused without any: then those that were called
/// are named, and must not be called.
pub(super) enum WireTools<'a> {
    Offered(&'a [Tool]),
    Called(Vec<Tool>),
}

impl<'a> WireTools<'a> {
    pub(super) fn of(request: Request<'a>) -> Option<Self> {
        if !request.tools.is_empty() {
            return Some(Self::Offered(request.tools));
        }
        let called: Vec<Tool> = called(request).map(tool).collect();
        (!called.is_empty()).then_some(Self::Called(called))
    }
}

/// The names of the tools that were called in the conversation, each once.
fn called(request: Request<'_>) -> impl Iterator<Item = Arc<str>> {
    let parts = request.messages.iter().filter_map(|message| match &message.content {
        Content::Text(_) => None,
        Content::Parts(parts) => Some(parts),
    });
    let names = parts.flatten().filter_map(|part| match part {
        Part::ToolCall(call) => Some(Arc::<str>::from(sent_name(&call.name, &[]))),
        _ => None,
    });
    let mut seen = BTreeSet::new();
    names.filter(move |name| seen.insert(Arc::clone(name)))
}

/// A tool of which only the name is known.
fn tool(name: Arc<str>) -> Tool {
    Tool { name, description: Arc::from(""), parameters: Arc::new(Map::new()), is_strict: false }
}

impl Serialize for WireTools<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tools = match self {
            Self::Offered(tools) => tools,
            Self::Called(tools) => tools.as_slice(),
        };
        serializer.collect_seq(tools.iter().map(|tool| WireTool {
            name: &tool.name,
            description: &tool.description,
            input_schema: Schema(&tool.parameters),
        }))
    }
}

#[derive(Serialize)]
struct WireTool<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    input_schema: Schema<'a>,
}

/// Whether a tool is to be called, and whether one at a time.
#[derive(Serialize)]
pub(super) struct Choice<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    disable_parallel_tool_use: bool,
}

impl<'a> Choice<'a> {
    /// What `request` says of it; `None` where that is what a model does anyhow.
    pub(super) fn of(request: Request<'a>) -> Option<Self> {
        if request.tools.is_empty() {
            let none = || Self { kind: "none", name: None, disable_parallel_tool_use: false };
            return called(request).next().map(|_| none());
        }
        let one_at_a_time = request.parallel_tool_calls == Some(false);
        let (kind, name) = match request.tool_choice {
            ToolChoice::Auto if !one_at_a_time => return None,
            ToolChoice::Auto => ("auto", None),
            ToolChoice::None => ("none", None),
            ToolChoice::Required => ("any", None),
            ToolChoice::Named(name) => ("tool", Some(name)),
        };
        Some(Self { kind, name, disable_parallel_tool_use: one_at_a_time && kind != "none" })
    }
}
