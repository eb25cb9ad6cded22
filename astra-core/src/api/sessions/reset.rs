//! `sessions.reset`: begin anew.

use axum::extract::State;
use axum::response::Response;

use super::lookup::refused;
use super::model::Session;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, Path, created};
use crate::ids::SessionId;

/// Reset a session
///
/// Archives the session and opens an empty successor for the same agent and surface.
#[utoipa::path(post, path = "/sessions/{session_id}/reset", operation_id = "sessions.reset",
    params(("session_id" = String, Path, description = "The session's id.", example = "ses_06a1b2c3d4e5q"), crate::http::IdempotencyHeader),
    responses((status = 201, description = "The successor.", body = Session, headers(("Location" = String, description = "Where the successor is."))),
        (status = 409, description = "The session is archived, or one of its turns is running.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(session_id): Path<SessionId>,
    Idempotency(once): Idempotency,
) -> Result<Response> {
    let rows = caller.rows(&app);
    let successor_id = app.ids.id();
    let reset = rows.sessions().reset(session_id, caller.sees(), successor_id, app.now_ms(), once).await;
    let successor = reset.map_err(refused)?.ok_or_else(|| Error::not_found("session"))?;
    Ok(created(&format!("/sessions/{}", successor.session.id), Session::from(successor)))
}
