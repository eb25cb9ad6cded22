//! `memory-profiles.unassign`: take a memory profile away from an agent.

use axum::extract::State;
use http::StatusCode;

use super::lookup::{find, set_profile};
use super::model::AssignmentPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Path};

/// Take a memory profile away from an agent
///
/// The agent gets a new version without a profile, and has the built-in default from its next turn on.
#[utoipa::path(delete, path = "/memory-profiles/{profile_id}/agents/{agent_id}", operation_id = "memory-profiles.unassign",
    params(AssignmentPath),
    responses((status = 204, description = "The agent has the built-in default.")))]
pub async fn handler(State(app): State<App>, caller: Caller, Path(path): Path<AssignmentPath>) -> Result<StatusCode> {
    let profile = find(&app, &caller, path.profile_id).await?;
    let agrees = |present| if present == Some(profile.id) { Ok(()) } else { Err(Error::not_found("assignment")) };
    set_profile(&app, &caller, &path.agent_id, None, agrees).await?;
    Ok(StatusCode::NO_CONTENT)
}
