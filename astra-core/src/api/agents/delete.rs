//! `agents.delete`: remove an agent with its versions.

use axum::extract::State;
use http::StatusCode;

use super::lookup::refused;
use super::model::AgentPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Path};

/// Delete an agent
///
/// Its versions are deleted with it. Its sessions stay readable; a new message to it is answered with 404. Running
/// turns continue to their end. An agent that is defined by a file or by the configuration is created again when the
/// definitions are next read: remove its definition first.
#[utoipa::path(delete, path = "/agents/{agent_id}", operation_id = "agents.delete", params(AgentPath, IfMatchHeader),
    responses((status = 204, description = "Deleted.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(AgentPath { agent_id }): Path<AgentPath>,
    IfMatch(precondition): IfMatch,
) -> Result<StatusCode> {
    let deleted = caller.rows(&app).agents().delete(&agent_id, precondition).await.map_err(refused)?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(Error::not_found("agent")) }
}
