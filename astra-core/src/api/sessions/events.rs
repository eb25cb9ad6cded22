//! `sessions.events`: follow the turns of a session, of all its writers.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::lookup::visible_session;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::turn::{SessionEvent, session_frames};
use crate::http::{Caller, Opened, Path, sse};
use crate::ids::SessionId;
use crate::store::{Rows, Session, Turn, VisibleTo};

/// Follow a session
///
/// The events of all turns of the session, one turn after the other, from the running or next turn on; with
/// `Last-Event-ID`, all events after it. An event's `id` is the turn's id, a dot, and the event's number. The stream
/// ends when the session is deleted, when the credential expires, is revoked or changes, or when the gateway stops.
#[utoipa::path(get, path = "/sessions/{session_id}/events", operation_id = "sessions.events",
    extensions(("x-stream" = json!({"resumed_by": "sessions.events"}))),
    params(("session_id" = String, Path, description = "The session's id.", example = "ses_06a1b2c3d4e5q"),
        ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that the client received.",
            pattern = "^trn_[0-7][0-9a-hjkmnp-tv-z]{12}\\.[0-9]{1,9}$", max_length = 27, example = "trn_06a1b2c3d4e5q.2")),
    responses((status = 200, description = "The session's events.", body = SessionEvent, content_type = "text/event-stream")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(session_id): Path<SessionId>,
    headers: HeaderMap,
) -> Result<Response> {
    let (rows, session) = visible_session(&app, &caller, session_id).await?;
    let position = position(&rows, &session, &headers).await?;
    let position = position.as_ref().map(|(turn, seq)| (turn, *seq));
    let opened = Opened::new(&app, &caller, headers)?;
    let events = app.engine.follow_session(&rows, session.id, position).await.map_err(Error::store)?;
    Ok(sse::respond(opened.while_authorised(session_frames(events))))
}

async fn position(rows: &Rows, session: &Session, headers: &HeaderMap) -> Result<Option<(Turn, i64)>> {
    let Some(last) = headers.get("last-event-id").and_then(|id| id.to_str().ok()) else { return Ok(None) };
    let unknown = || Error::field("header/Last-Event-ID", "The session had no such event.");
    let (turn_id, seq) = last.split_once('.').ok_or_else(unknown)?;
    let (turn_id, seq) = (turn_id.parse().map_err(|_| unknown())?, seq.parse().map_err(|_| unknown())?);
    let turn = rows.turns().find(turn_id, VisibleTo::All).await.map_err(Error::store)?;
    let turn = turn.filter(|turn| turn.session_id == session.id).ok_or_else(unknown)?;
    Ok(Some((turn, seq)))
}
