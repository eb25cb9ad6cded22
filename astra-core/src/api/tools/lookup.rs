//! Tools: looked up, with what an agent's policy says of them.

use std::sync::Arc;

use super::model::ToolInfo;
use crate::app::App;
use crate::engine::agent::AgentVersion;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Caller;
use crate::mcp_servers::{ConnectError, ServerFault};
use crate::tools::{Decision, RegisteredTool};

/// The tool `name` of the caller's workspace, or 404.
///
/// # Errors
/// 404.
pub fn find(app: &App, caller: &Caller, name: &str) -> Result<Arc<RegisteredTool>> {
    app.known.tools.find(&caller.workspace, name).ok_or_else(|| Error::not_found("tool"))
}

/// The agent `id` of the caller's workspace as it is now, or 404; nothing if none is asked for.
///
/// # Errors
/// 404, and the store's.
pub async fn agent(app: &App, caller: &Caller, id: Option<&str>) -> Result<Option<Arc<AgentVersion>>> {
    let Some(id) = id else { return Ok(None) };
    let found = app.agents.resolve(&caller.workspace, id, None).await.map_err(Error::store)?;
    found.ok_or_else(|| Error::not_found("agent")).map(Some)
}

/// What the policy of `agent` says of the tool `name`.
#[must_use]
pub fn decision(agent: Option<&AgentVersion>, name: &str) -> Option<Decision> {
    agent.map(|agent| agent.definition.policy().decide(name))
}

/// A tool as it is shown.
#[must_use]
pub fn shown(app: &App, agent: Option<&AgentVersion>, tool: &RegisteredTool) -> ToolInfo {
    ToolInfo::new(tool, app.config.tools.timeout_s.saturating_mul(1_000), decision(agent, tool.name()))
}

/// Why an MCP server is not connected, or not disconnected.
#[must_use]
pub fn not_connected(fault: ConnectError) -> Error {
    let message = sentence(&fault.to_string());
    match fault {
        ConnectError::Name(detail) => Error::field("/name", detail),
        ConnectError::Faults(faults) => {
            let mut error = Error::new(Code::InvalidRequest, "The server cannot be connected.");
            error.fields = faults.into_iter().map(field_error).collect();
            error
        }
        ConnectError::Command(_) => Error::forbidden(message),
        ConnectError::NameTaken | ConnectError::TooMany | ConnectError::Configured => Error::conflict(message),
        ConnectError::Sealing(_) => Error::internal(fault),
        ConnectError::Store(fault) => Error::store(fault),
    }
}

/// Where in the body a fault of a server's description is.
fn field_error(fault: ServerFault) -> FieldError {
    let escaped = fault.path.iter().map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1")));
    let within: String = escaped.collect();
    let pointer = if within == "/timeout_s" { within } else { format!("/transport{within}") };
    FieldError { pointer, detail: fault.detail }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}
