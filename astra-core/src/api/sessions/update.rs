//! `sessions.update`: change what a session is called, which version answers, and its data.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::model::{Session, refused, visible_session};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Patch, Path};
use crate::ids::SessionId;
use crate::store::SessionChange;

/// The changes: a field that is left out stays, and null clears it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UpdateSession {
    /// The session's title.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 256, pattern = r"^[^\x00]*$", example = "Geography")]
    title: Patch<String>,
    /// The version of the agent that answers; null for the version that is present at each turn.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, example = 2)]
    pinned_version: Patch<u32>,
    /// The caller's own data, which may have at most 16 KiB as JSON together with what is there; a null in it takes the key away, null as a whole empties it.
    #[serde(default)]
    #[schema(value_type = Option<Map<String, Value>>, example = json!({"ticket": "4711", "queue": null}))]
    metadata: Patch<Map<String, Value>>,
}

/// Update a session
///
/// JSON Merge Patch (RFC 7396) of title, pinned version and metadata.
#[utoipa::path(patch, path = "/sessions/{session_id}", operation_id = "sessions.update",
    params(("session_id" = String, Path, description = "The session's id.", example = "ses_06a1b2c3d4e5q")),
    request_body(content = UpdateSession, description = "What to change.", example = json!({"title": "Geography"})),
    responses((status = 200, description = "The session.", body = Session)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(session_id): Path<SessionId>,
    Json(change): Json<UpdateSession>,
) -> Result<Json<Session>> {
    let (_, session) = visible_session(&app, &caller, session_id).await?;
    if let Patch::Value(version) = &change.pinned_version {
        let agent =
            app.agents.resolve(&caller.workspace, &session.agent_id, Some(*version)).await.map_err(Error::store)?;
        if agent.is_none() {
            return Err(Error::field("/pinned_version", "The agent has no such version."));
        }
    }
    let change = SessionChange {
        title: change.title.into_option(),
        pinned_version: change.pinned_version.into_option(),
        metadata: change.metadata.into_option(),
    };
    let changed = caller.rows(&app).sessions().update(session_id, caller.sees(), change).await.map_err(refused)?;
    changed.map(|session| Json(session.into())).ok_or_else(|| Error::not_found("session"))
}
