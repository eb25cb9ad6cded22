//! `chat.presence`: what each agent is doing for the caller.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged};
use crate::ids::{SessionId, TurnId};
use crate::store::{Status, Turn};

/// A turn that an agent has not finished yet.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AgentPresence {
    /// The agent.
    #[schema(format = "slug", example = "assistant")]
    agent_id: String,
    /// What it does.
    activity: AgentActivity,
    /// The turn.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    turn_id: TurnId,
    /// The session of the turn.
    #[schema(value_type = String, example = "ses_06a1b2c3d4e5q")]
    session_id: SessionId,
    /// When the turn was asked for.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    since: String,
}

/// What an agent does in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentActivity {
    /// The turn waits for an earlier turn of its session.
    Waiting,
    /// The agent answers.
    Answering,
    /// The agent waits for a person's decision on a call of a tool.
    AwaitingApproval,
    /// The agent waits for results of tools that the caller runs.
    AwaitingResults,
}

/// List what agents do for the caller
///
/// The caller's turns that have not ended, on all gateways of the installation, newest first. An agent that is not in the
/// list does nothing for the caller. Admins and owners see their own turns too, not those of others.
#[utoipa::path(get, path = "/chat/presence", operation_id = "chat.presence", params(PageQuery),
    responses((status = 200, description = "A page of turns.", body = Page<AgentPresence>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Paged(request): Paged,
) -> Result<Json<Page<AgentPresence>>> {
    let rows = app.store.rows(&caller.workspace);
    let page = rows.turns().page_open(&caller.subject, request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page, AgentPresence::from)))
}

impl From<Turn> for AgentPresence {
    fn from(turn: Turn) -> Self {
        Self {
            agent_id: turn.agent_id,
            activity: match turn.status {
                Status::Queued => AgentActivity::Waiting,
                Status::AwaitingApproval => AgentActivity::AwaitingApproval,
                Status::AwaitingResults => AgentActivity::AwaitingResults,
                _ => AgentActivity::Answering,
            },
            turn_id: turn.id,
            session_id: turn.session_id,
            since: rfc3339(turn.created_at_ms),
        }
    }
}
