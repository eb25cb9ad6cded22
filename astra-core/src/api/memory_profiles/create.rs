//! `memory-profiles.create`: say what agents remember and recall.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{checked, refused};
use super::model::MemoryProfile;
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, created, tagged};
use crate::memory::profile::MemoryProfileSettings;
use crate::store::StoredMemoryProfile;

/// A new memory profile. A field that is left out gets its default.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateMemoryProfile {
    /// What it says.
    #[serde(flatten)]
    settings: MemoryProfileSettings,
}

/// Create a memory profile
///
/// `memory-profiles.assign` gives it to an agent.
#[utoipa::path(post, path = "/memory-profiles", operation_id = "memory-profiles.create", params(IdempotencyHeader),
    request_body(content = CreateMemoryProfile, description = "The memory profile.",
        example = json!({"name": "Support", "tiers_enabled": {"graph": false}, "max_context_chunks": 10, "ttl_days": 90})),
    responses((status = 201, description = "The memory profile.", body = MemoryProfile, headers(
        ("ETag" = String, description = "The profile's state, for `If-Match`."),
        ("Location" = String, description = "Where the profile is.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(new): Json<CreateMemoryProfile>,
) -> Result<Response> {
    let now_ms = app.now_ms();
    let new = StoredMemoryProfile {
        id: app.ids.id(),
        version: 1,
        settings: checked(&new.settings)?,
        created_at_ms: now_ms,
        updated_at_ms: now_ms,
        created_by: caller.subject.clone(),
    };
    let made = caller.rows(&app).memory_profiles().create(new, once).await.map_err(refused)?;
    let (location, revision) = (format!("/memory-profiles/{}", made.id), made.revision());
    Ok(tagged(revision, created(&location, MemoryProfile::read(made)?)))
}
