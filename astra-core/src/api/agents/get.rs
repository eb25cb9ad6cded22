//! `agents.get`: an agent as it is now.

use axum::extract::State;
use axum::response::Response;

use super::model::{Agent, AgentPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path, tagged};

/// Get an agent
///
/// The present version. The `ETag` identifies it: send it as `If-Match` with a change that must not overwrite another
/// change.
#[utoipa::path(get, path = "/agents/{agent_id}", operation_id = "agents.get", params(AgentPath),
    responses((status = 200, description = "The agent.", body = Agent, headers(
        ("ETag" = String, description = "The agent's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(AgentPath { agent_id }): Path<AgentPath>,
) -> Result<Response> {
    let agent = app.store.rows(&caller.workspace).agents().find_with_borrowed(&agent_id, app.now_ms()).await;
    let agent = agent.map_err(Error::store)?;
    let agent = agent.ok_or_else(|| Error::not_found("agent"))?;
    Ok(tagged(agent.revision(), Json(Agent::read(agent)?)))
}
