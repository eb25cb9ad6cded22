//! `sessions.get`: one session.

use axum::extract::State;

use super::model::Session;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path};
use crate::ids::SessionId;

/// Get a session
///
/// Members can get their own sessions only; admins and owners can get all.
#[utoipa::path(get, path = "/sessions/{session_id}", operation_id = "sessions.get",
    params(("session_id" = String, Path, description = "The session's id.", example = "ses_06a1b2c3d4e5q")),
    responses((status = 200, description = "The session.", body = Session)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(session_id): Path<SessionId>,
) -> Result<Json<Session>> {
    let rows = app.store.rows(&caller.workspace);
    let session = rows.sessions().find_with_totals(session_id, caller.sees()).await.map_err(Error::store)?;
    session.map(|session| Json(session.into())).ok_or_else(|| Error::not_found("session"))
}
