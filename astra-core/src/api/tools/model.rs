//! What the operations of the tools group share.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::http::AnyJson;
use crate::tools::{Decision, RegisteredTool, ToolOrigin};

/// A tool that agents may call.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ToolInfo {
    /// The name, as policies and models have it.
    #[schema(max_length = 64, pattern = "^[a-zA-Z0-9_-]{1,64}$", example = "current_time")]
    pub name: String,
    /// What it does, as models are told.
    #[schema(max_length = 16_384, example = "The present date, time and weekday in a time zone.")]
    pub description: String,
    /// The JSON Schema of its arguments, which are an object.
    pub parameters: AnyJson,
    /// Where it comes from.
    pub source: ToolSourceKind,
    /// Whether it says of itself that it changes nothing.
    #[schema(example = true)]
    pub is_read_only: bool,
    /// Whether it says of itself that it may take something away that cannot be had again.
    #[schema(example = false)]
    pub is_destructive: bool,
    /// Whether it says of itself that a second call with the same arguments changes nothing more.
    #[schema(example = false)]
    pub is_idempotent: bool,
    /// The longest time of a call, in milliseconds.
    #[schema(minimum = 1, example = 30_000)]
    pub timeout_ms: u64,
    /// What the policy of the agent in `agent_id` says of it; null where none is named.
    pub decision: Option<ToolDecision>,
}

/// Where a tool comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolSourceKind {
    /// The gateway has it.
    BuiltIn,
    /// The program around the gateway has it.
    Host,
    /// An MCP server has it, whose name stands before `__` in the tool's.
    Mcp,
}

/// What an agent's policy says of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolDecision {
    /// The agent's model may call it.
    Allowed,
    /// The agent's model may call it, and each call needs a person's approval.
    NeedsApproval,
    /// The agent's model may not call it.
    Denied,
}

/// Whose policy is shown with the tools.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ToolQuery {
    /// The agent whose policy `decision` shows.
    #[param(format = "slug", example = "assistant")]
    pub agent_id: Option<String>,
}

/// The tool of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ToolPath {
    /// The tool's name.
    #[param(min_length = 1, max_length = 64, pattern = "^[a-zA-Z0-9_-]{1,64}$", example = "current_time")]
    pub tool: String,
}

impl ToolInfo {
    /// A tool, of whose call the default bound is `timeout_ms`.
    #[must_use]
    pub fn new(tool: &RegisteredTool, timeout_ms: u64, decision: Option<Decision>) -> Self {
        let own = tool.timeout.map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX).max(1));
        Self {
            name: tool.name().to_owned(),
            description: tool.definition.description.as_ref().to_owned(),
            parameters: AnyJson(Value::Object(tool.definition.parameters.as_ref().clone())),
            source: tool.origin.into(),
            is_read_only: tool.annotations.read_only,
            is_destructive: tool.annotations.destructive,
            is_idempotent: tool.annotations.idempotent,
            timeout_ms: own.unwrap_or(timeout_ms),
            decision: decision.map(ToolDecision::from),
        }
    }
}

impl From<ToolOrigin> for ToolSourceKind {
    fn from(origin: ToolOrigin) -> Self {
        match origin {
            ToolOrigin::BuiltIn => Self::BuiltIn,
            ToolOrigin::Host => Self::Host,
            ToolOrigin::Mcp => Self::Mcp,
        }
    }
}

impl From<Decision> for ToolDecision {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Allowed => Self::Allowed,
            Decision::NeedsApproval => Self::NeedsApproval,
            Decision::Denied => Self::Denied,
        }
    }
}
