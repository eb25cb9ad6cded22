//! `agents.replace`: tell an agent anew what it is.

use axum::extract::State;
use axum::response::Response;

use super::model::{Agent, AgentPath, AgentSettings, refused};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, Path, tagged};
use crate::store::AgentChange;

/// Replace an agent
///
/// A field that is left out gets its default. The change makes a new version; earlier versions stay. Running turns
/// continue with the version that they started with.
#[utoipa::path(put, path = "/agents/{agent_id}", operation_id = "agents.replace", params(AgentPath, IfMatchHeader),
    request_body(content = AgentSettings, description = "The agent's definition.",
        example = json!({"model": {"provider": "echo"}, "system_prompt": "You are brief."})),
    responses((status = 200, description = "The agent.", body = Agent, headers(
        ("ETag" = String, description = "The agent's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(AgentPath { agent_id }): Path<AgentPath>,
    IfMatch(precondition): IfMatch,
    Json(settings): Json<AgentSettings>,
) -> Result<Response> {
    let change = AgentChange {
        agent_id,
        definition: settings.checked(&app)?,
        author: caller.subject.clone(),
        now_ms: app.now_ms(),
    };
    let replaced = caller.rows(&app).agents().update(change, precondition).await.map_err(refused)?;
    let agent = replaced.ok_or_else(|| Error::not_found("agent"))?;
    Ok(tagged(agent.revision(), Json(Agent::read(agent)?)))
}
