//! `memory-profiles.get`: what agents that have it remember and recall.

use axum::extract::State;
use axum::response::Response;

use super::lookup::find;
use super::model::{MemoryProfile, MemoryProfilePath};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Json, Path, tagged};

/// Get a memory profile
#[utoipa::path(get, path = "/memory-profiles/{profile_id}", operation_id = "memory-profiles.get", params(MemoryProfilePath),
    responses((status = 200, description = "The memory profile.", body = MemoryProfile, headers(
        ("ETag" = String, description = "The profile's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(MemoryProfilePath { profile_id }): Path<MemoryProfilePath>,
) -> Result<Response> {
    let profile = find(&app, &caller, profile_id).await?;
    Ok(tagged(profile.revision(), Json(MemoryProfile::read(profile)?)))
}
