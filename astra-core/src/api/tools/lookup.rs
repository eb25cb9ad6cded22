//! Tools: looked up, with what an agent's policy says of them.

use std::sync::Arc;

use super::model::ToolInfo;
use crate::app::App;
use crate::engine::agent::AgentVersion;
use crate::error::{Error, Result};
use crate::http::Caller;
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
