//! `memory-profiles.assign`: give a memory profile to an agent.

use axum::extract::State;

use super::lookup::{find, set_profile};
use super::model::{AssignmentPath, MemoryProfileAgent};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Json, Path};

/// Assign a memory profile to an agent
///
/// The agent gets a new version that names the profile, in the place of the profile that it had; it stays as it is if it has
/// this one already. Turns that are running go on as they began.
#[utoipa::path(put, path = "/memory-profiles/{profile_id}/agents/{agent_id}", operation_id = "memory-profiles.assign",
    params(AssignmentPath),
    responses((status = 200, description = "The agent.", body = MemoryProfileAgent)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<AssignmentPath>,
) -> Result<Json<MemoryProfileAgent>> {
    let profile = find(&app, &caller, path.profile_id).await?;
    let agent = set_profile(&app, &caller, &path.agent_id, Some(profile.id), |_| Ok(())).await?;
    Ok(Json(MemoryProfileAgent::read(agent, profile.id)?))
}
