//! `sessions.update`: change what a session is called, which version answers, and its data.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::lookup::{refused, visible_session};
use super::model::Session;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, MergePatch, Path};
use crate::ids::SessionId;
use crate::store::SessionSettings;

/// The changes: a field that is left out stays, and null clears it. A null in `metadata` removes the key.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = SessionSettings)]
pub struct UpdateSession(MergePatch<SessionSettings>);

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
    Json(UpdateSession(patch)): Json<UpdateSession>,
) -> Result<Json<Session>> {
    let (_, session) = visible_session(&app, &caller, session_id).await?;
    let wanted = patch.apply(&session.settings)?.pinned_version;
    if wanted.is_some() && wanted != session.settings.pinned_version {
        let agent = app.agents.resolve(&caller.workspace, &session.agent_id, wanted).await.map_err(Error::store)?;
        if agent.is_none() {
            return Err(Error::field("/pinned_version", "The agent has no such version."));
        }
    }
    let edit = move |settings: &SessionSettings| patch.apply(settings);
    let changed = caller.rows(&app).sessions().update(session_id, caller.sees(), edit).await.map_err(refused)?;
    changed.ok_or_else(|| Error::not_found("session"))?.map(|session| Json(session.into()))
}
