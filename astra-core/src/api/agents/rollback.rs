//! `agents.rollback`: make an agent again what it was.

use axum::extract::State;
use axum::response::Response;

use super::lookup::refused;
use super::model::{Agent, VersionPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Path, tagged};

/// Roll back an agent
///
/// Makes a new version with the definition of the version in the path. The versions in between stay.
#[utoipa::path(post, path = "/agents/{agent_id}/rollback/{version}", operation_id = "agents.rollback",
    params(VersionPath, IdempotencyHeader),
    responses((status = 200, description = "The agent.", body = Agent, headers(
        ("ETag" = String, description = "The agent's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<VersionPath>,
    Idempotency(once): Idempotency,
) -> Result<Response> {
    let rows = caller.rows(&app);
    let rolled = rows.agents().roll_back(&path.agent_id, path.version, &caller.subject, app.now_ms(), once).await;
    let agent = rolled.map_err(refused)?.ok_or_else(|| Error::not_found("agent"))?;
    Ok(tagged(agent.revision(), Json(Agent::read(agent)?)))
}
