//! What a tool is, for those who write one: the gateway itself, and host programs.

use std::fmt;
use std::time::Duration;

pub use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::{Map, Value};

use super::progress::{ProgressSender, ToolProgress};
use crate::ids::{SessionId, TurnId};
use crate::store::WorkspaceId;
use crate::trace_context::TraceContext;

/// A tool that models may call. A host program adds its own by [`crate::Builder::tool`].
///
/// The gateway checks the arguments against the schema before the call, bounds its time and the length of its answer, and
/// contains a panic: what goes wrong is what the model reads as the result of the call. Several calls run at the same time.
/// Dropping the future ends the call, so that a tool holds nothing that must be given back. A tool must not block its
/// thread: the gateway cannot take it away again.
///
/// ```
/// use astra_core::tools::BoxFuture;
/// use astra_core::{Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};
/// use serde_json::{Map, Value, json};
///
/// struct Echo;
///
/// impl Tool for Echo {
///     fn definition(&self) -> ToolDefinition {
///         let parameters = json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]});
///         ToolDefinition::new("echo", "Says a text again.", parameters).read_only()
///     }
///
///     fn call<'a>(
///         &'a self,
///         arguments: &'a Map<String, Value>,
///         _context: &'a ToolContext,
///     ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
///         Box::pin(async move { Ok(arguments["text"].as_str().unwrap_or_default().into()) })
///     }
/// }
/// ```
pub trait Tool: Send + Sync + 'static {
    /// What it is called, what it does, and what it is called with. It is asked once, when the gateway opens.
    fn definition(&self) -> ToolDefinition;

    /// Runs it with arguments that fit its schema.
    ///
    /// # Errors
    /// Why it failed, in words for the model, which may call it again with better arguments.
    fn call<'a>(
        &'a self,
        arguments: &'a Map<String, Value>,
        context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>>;
}

/// What is said of a tool.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolDefinition {
    /// The name: 1 to 64 letters, digits, `_` and `-`, unique in the gateway.
    pub name: String,
    /// What it does, and when to call it, for the model.
    pub description: String,
    /// The JSON Schema of its arguments, which are an object.
    pub parameters: Value,
    /// What a call does to the world.
    pub annotations: ToolAnnotations,
    /// The longest time of a call; by default `tools.timeout_s` of the configuration.
    pub timeout: Option<Duration>,
    /// Whether clients of the gateway's MCP server may call it, beside agents.
    pub is_for_mcp_clients: bool,
}

/// What the call of a tool does to the world, as the tool says it of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ToolAnnotations {
    /// It changes nothing.
    pub read_only: bool,
    /// It may take something away that cannot be had again.
    pub destructive: bool,
    /// A second call with the same arguments changes nothing more.
    pub idempotent: bool,
}

/// Who calls a tool, and within what.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ToolContext {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The user or service account that the call is made for.
    pub user_id: String,
    /// The agent whose model calls the tool; `None` of a call by `tools.invoke` that names no agent.
    pub agent_id: Option<String>,
    /// The session of the turn; `None` outside a turn.
    pub session_id: Option<SessionId>,
    /// The turn; `None` outside a turn.
    pub turn_id: Option<TurnId>,
    /// The id of the call, unique in its answer of the model.
    pub call_id: String,
    /// The skills of the agent.
    pub skills: Vec<String>,
    /// The place of the call in a distributed trace, for a tool that calls other services; `None` if it is in none.
    pub trace: Option<TraceContext>,
    /// Whether the model has read what tools answered: what it says then is believed less.
    pub has_read_tools: bool,
    /// Where a client of the MCP server reads the progress of the call; `None` if the caller does not ask.
    pub(crate) progress: Option<ProgressSender>,
}

/// What a tool answers: text, which may be JSON. Bytes that are no UTF-8, and a NUL, make the call an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolOutput {
    pub(super) content: Vec<u8>,
}

/// Why a tool failed, in words for the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolError {
    pub(super) message: String,
}

impl ToolDefinition {
    /// A tool of which nothing more is said. `parameters` is a JSON Schema of an object; `schemars::schema_for!` makes one of a
    /// Rust type. It may refer to parts of itself (`#/$defs/..`), and neither to other documents nor in a circle.
    #[must_use]
    pub fn new(name: impl Into<String>, description: impl Into<String>, parameters: impl Into<Value>) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            parameters: parameters.into(),
            annotations: ToolAnnotations::default(),
            timeout: None,
            is_for_mcp_clients: false,
        }
    }

    /// Says that a call changes nothing.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.annotations.read_only = true;
        self
    }

    /// Says that a call may take something away that cannot be had again.
    #[must_use]
    pub const fn destructive(mut self) -> Self {
        self.annotations.destructive = true;
        self
    }

    /// Says that a second call with the same arguments changes nothing more.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.annotations.idempotent = true;
        self
    }

    /// Offers the tool to the clients of the gateway's MCP server at `/mcp` too: to every caller who may ask agents, in all
    /// workspaces.
    #[must_use]
    pub const fn for_mcp_clients(mut self) -> Self {
        self.is_for_mcp_clients = true;
        self
    }

    /// Bounds the time of a call by `timeout` instead of `tools.timeout_s` of the configuration.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

impl ToolContext {
    /// The context of a call for `user_id`, outside a turn.
    #[must_use]
    pub fn new(workspace: WorkspaceId, user_id: impl Into<String>, call_id: impl Into<String>) -> Self {
        Self {
            workspace,
            user_id: user_id.into(),
            agent_id: None,
            session_id: None,
            turn_id: None,
            call_id: call_id.into(),
            skills: Vec::new(),
            trace: None,
            has_read_tools: false,
            progress: None,
        }
    }

    /// Tells a client of the MCP server that asks for it how far the call has got: `done`, of `total` if that is known, and
    /// words for people. Models do not see it. A client that reads slowly misses reports.
    pub fn report(&self, done: f64, total: Option<f64>, message: impl Into<String>) {
        if let Some(progress) = &self.progress {
            progress.send(ToolProgress { done, total, message: message.into() });
        }
    }
}

impl ToolOutput {
    /// An answer of bytes that should be text, such as those that another program wrote.
    #[must_use]
    pub fn bytes(content: impl Into<Vec<u8>>) -> Self {
        Self { content: content.into() }
    }

    /// `value` as JSON.
    ///
    /// # Errors
    /// If JSON cannot say it.
    pub fn json(value: &impl Serialize) -> Result<Self, ToolError> {
        Ok(Self { content: serde_json::to_vec(value)? })
    }
}

impl ToolError {
    /// A failure in these words.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl From<String> for ToolOutput {
    fn from(text: String) -> Self {
        Self { content: text.into_bytes() }
    }
}

impl From<&str> for ToolOutput {
    fn from(text: &str) -> Self {
        Self { content: text.as_bytes().to_vec() }
    }
}

impl From<Value> for ToolOutput {
    fn from(value: Value) -> Self {
        Self::from(value.to_string())
    }
}

impl From<String> for ToolError {
    fn from(message: String) -> Self {
        Self { message }
    }
}

impl From<serde_json::Error> for ToolError {
    fn from(fault: serde_json::Error) -> Self {
        Self { message: fault.to_string() }
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ToolError {}
