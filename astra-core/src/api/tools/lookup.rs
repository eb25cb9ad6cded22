//! Tools: looked up, with what an agent's policy says of them; and decisions on their calls.

use std::sync::Arc;

use super::model::ToolInfo;
use crate::app::App;
use crate::engine::agent::AgentVersion;
use crate::error::{Code, Error, Result};
use crate::http::Caller;
use crate::http::turn::{Approval, DecideApproval};
use crate::ids::ApprovalId;
use crate::store::{self, Decided};
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

/// Decides on a call. The same decision of the same caller again is answered as the first one.
///
/// # Errors
/// 404 if there is no such approval; 409 if it was decided on otherwise, its time is over, or its turn has ended.
pub async fn decide(
    app: &App,
    caller: &Caller,
    id: ApprovalId,
    is_approved: bool,
    body: DecideApproval,
) -> Result<Approval> {
    let decided_by = caller.subject.clone();
    let note = body.note.filter(|note| !note.trim().is_empty());
    let decision = store::Decision { is_approved, decided_by, note, now_ms: app.now_ms() };
    let decided = app.engine.decide(&caller.rows(app), id, decision).await.map_err(Error::engine)?;
    let before = match decided.ok_or_else(|| Error::not_found("approval"))? {
        Decided::Now(approval) => return Ok(approval.into()),
        Decided::Before(approval) => approval,
    };
    let wanted = if is_approved { store::ApprovalStatus::Approved } else { store::ApprovalStatus::Denied };
    if before.status == wanted && before.decided_by.as_ref() == Some(&caller.subject) {
        return Ok(before.into());
    }
    let by = before.decided_by.as_deref().unwrap_or_default();
    Err(match before.status {
        store::ApprovalStatus::Approved => Error::conflict(format!("{by} has approved the call.")),
        store::ApprovalStatus::Denied => Error::conflict(format!("{by} has denied the call.")),
        store::ApprovalStatus::Cancelled => Error::conflict("The turn has ended before the decision."),
        store::ApprovalStatus::Pending | store::ApprovalStatus::Expired => {
            Error::new(Code::Expired, "The call is denied: no decision came in time.")
        }
    })
}
