//! `memory-profiles.delete`: remove a memory profile that no agent has.

use axum::extract::State;
use http::StatusCode;

use super::lookup::{missing, refused};
use super::model::MemoryProfilePath;
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, IfMatch, IfMatchHeader, Path, Problem};

/// Delete a memory profile
///
/// Versions of agents that named it stay as they are, but cannot be rolled back to.
#[utoipa::path(delete, path = "/memory-profiles/{profile_id}", operation_id = "memory-profiles.delete",
    params(MemoryProfilePath, IfMatchHeader),
    responses(
        (status = 204, description = "Deleted."),
        (status = 409, description = "Agents have the profile.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(MemoryProfilePath { profile_id }): Path<MemoryProfilePath>,
    IfMatch(precondition): IfMatch,
) -> Result<StatusCode> {
    let deleted = caller.rows(&app).memory_profiles().delete(profile_id, precondition).await.map_err(refused)?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}
