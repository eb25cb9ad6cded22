//! `sessions.delete`: delete a session with all that was said in it.

use axum::extract::State;
use http::StatusCode;

use super::lookup::refused;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Path};
use crate::ids::SessionId;

/// Delete a session
///
/// Deletes its messages, turns and traces too. Its cost stays in the usage. Refused while one of its turns is running.
#[utoipa::path(delete, path = "/sessions/{session_id}", operation_id = "sessions.delete",
    params(("session_id" = String, Path, description = "The session's id.", example = "ses_06a1b2c3d4e5q")),
    responses((status = 204, description = "Deleted."),
        (status = 409, description = "A turn of the session is running.")))]
pub async fn handler(State(app): State<App>, caller: Caller, Path(session_id): Path<SessionId>) -> Result<StatusCode> {
    let rows = caller.rows(&app);
    let deleted = rows.sessions().delete(session_id, caller.sees()).await.map_err(refused)?;
    app.engine.session_deleted(&caller.workspace, session_id);
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(Error::not_found("session")) }
}
