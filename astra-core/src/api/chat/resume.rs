//! `chat.resume`: go on with a turn's stream where it broke off.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

use super::lookup::visible_turn;
use crate::app::App;
use crate::error::Result;
use crate::http::turn::{ChatEvent, frames};
use crate::http::{Caller, Opened, Path, sse};
use crate::ids::TurnId;

/// Resume a turn's stream
///
/// All events after `Last-Event-ID`, each once: stored events and those to come. Without the header, all events. The
/// stream ends after `done` or `error`; a request for what follows them is answered with 204, after which browsers do
/// not reconnect.
#[utoipa::path(get, path = "/chat/turns/{turn_id}/events", operation_id = "chat.resume",
    extensions(("x-stream" = json!({"resumed_by": "chat.resume", "ends_with": ["done", "error"]}))),
    params(
        ("turn_id" = String, Path, description = "The turn's id.", example = "trn_06a1b2c3d4e5q"),
        ("Last-Event-ID" = Option<i64>, Header, description = "The `id` of the last event that the client received.", minimum = 0, maximum = 1_000_000_000, example = 2)),
    responses((status = 200, description = "The turn's events.", body = ChatEvent, content_type = "text/event-stream"),
        (status = 204, description = "The turn has ended, and no event comes after `Last-Event-ID`.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(turn_id): Path<TurnId>,
    headers: HeaderMap,
) -> Result<Response> {
    let (rows, turn) = visible_turn(&app, &caller, turn_id).await?;
    let after = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).unwrap_or(0);
    if turn.status.is_final() && after >= turn.last_seq {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let opened = Opened::new(&app, &caller, headers)?;
    Ok(sse::respond(opened.until_revoked(frames(app.engine.follow_turn(&rows, turn.id, after)))))
}
