//! `sessions.compact`: make a summary of what was said.

use axum::extract::State;

use super::lookup::visible_session;
use super::model::Session;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path};
use crate::ids::SessionId;
use crate::store::VisibleTo;

/// Compact a session
///
/// The agent's model summarises all but the last turn. From then on the model reads the summary instead of those
/// messages, which stay readable. The gateway compacts automatically when a session fills the model's context.
#[utoipa::path(post, path = "/sessions/{session_id}/compact", operation_id = "sessions.compact",
    params(("session_id" = String, Path, description = "The session's id.", example = "ses_06a1b2c3d4e5q")),
    responses((status = 200, description = "The session with its summary, or unchanged if there was nothing to compact.", body = Session),
        (status = 409, description = "The session is archived."),
        (status = 502, description = "The model's provider failed."),
        (status = 503, description = "The gateway's store is not available, or the model's provider asks for a pause: wait for `Retry-After`."),
        (status = 504, description = "The model's provider did not answer in time.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(session_id): Path<SessionId>,
) -> Result<Json<Session>> {
    let (rows, session) = visible_session(&app, &caller, session_id).await?;
    if !session.is_active {
        return Err(Error::engine(crate::engine::Error::Archived));
    }
    let compacted = app.engine.compact(&caller.caller(), caller.rows(&app), &session).await.map_err(Error::engine)?;
    let session = compacted.map_or(session, |compacted| compacted.session);
    let session = rows.sessions().find_with_totals(session.id, VisibleTo::All).await.map_err(Error::store)?;
    session.map(|session| Json(session.into())).ok_or_else(|| Error::not_found("session"))
}
