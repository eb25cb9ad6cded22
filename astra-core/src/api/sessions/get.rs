//! `sessions.get`: one session.

use axum::extract::State;

use super::model::{Session, visible_session};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Json, Path};

/// Get a session
///
/// Members can get their own sessions only; admins and owners can get all.
#[utoipa::path(get, path = "/sessions/{session_id}", operation_id = "sessions.get",
    params(("session_id" = String, Path, description = "The session's id.", pattern = "^ses_[0-9a-hjkmnp-tv-z]{26}$", max_length = 30, example = "ses_06a1b2c3d4e5f6g7h8j9k0mnpq")),
    responses((status = 200, description = "The session.", body = Session)))]
pub async fn handler(State(app): State<App>, caller: Caller, Path(session_id): Path<String>) -> Result<Json<Session>> {
    let (_, session) = visible_session(&app, &caller, &session_id).await?;
    Ok(Json(session.into()))
}
