//! `memory-profiles.replace`: say anew what agents remember and recall.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::lookup::{checked, missing, refused};
use super::model::{MemoryProfile, MemoryProfilePath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, Path, tagged};
use crate::ids::MemoryProfileId;
use crate::memory::profile::MemoryProfileSettings;

/// The memory profile. A field that is left out gets its default. What `memory-profiles.get` answers can be sent as it is: the
/// fields that the gateway sets are ignored.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReplaceMemoryProfile {
    /// What it says.
    #[serde(flatten)]
    settings: MemoryProfileSettings,
    /// The profile's id, which must be that of the path.
    #[schema(value_type = Option<String>, example = "mpr_06a1b2c3d4e5q")]
    id: Option<MemoryProfileId>,
    /// Ignored. `If-Match` refuses a change of another version than the expected one.
    #[serde(rename = "version")]
    #[schema(minimum = 1, example = 3)]
    _version: Option<u32>,
    /// Ignored.
    #[serde(rename = "created_at")]
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    _created_at: Option<String>,
    /// Ignored.
    #[serde(rename = "updated_at")]
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    _updated_at: Option<String>,
    /// Ignored.
    #[serde(rename = "created_by")]
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    _created_by: Option<String>,
}

/// Replace a memory profile
///
/// Agents that have it follow it from their next turn on.
#[utoipa::path(put, path = "/memory-profiles/{profile_id}", operation_id = "memory-profiles.replace",
    params(MemoryProfilePath, IfMatchHeader),
    request_body(content = ReplaceMemoryProfile, description = "The memory profile.",
        example = json!({"name": "Support", "max_context_chunks": 5})),
    responses((status = 200, description = "The memory profile.", body = MemoryProfile, headers(
        ("ETag" = String, description = "The profile's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(MemoryProfilePath { profile_id }): Path<MemoryProfilePath>,
    IfMatch(precondition): IfMatch,
    Json(new): Json<ReplaceMemoryProfile>,
) -> Result<Response> {
    if new.id.is_some_and(|id| id != profile_id) {
        return Err(Error::field("/id", "is another profile's: it must be that of the path, or be left out"));
    }
    let (settings, rows) = (checked(&new.settings)?, caller.rows(&app));
    let replaced = rows.memory_profiles().update(profile_id, settings, precondition, app.now_ms()).await;
    let profile = replaced.map_err(refused)?.ok_or_else(missing)?;
    Ok(tagged(profile.revision(), Json(MemoryProfile::read(profile)?)))
}
