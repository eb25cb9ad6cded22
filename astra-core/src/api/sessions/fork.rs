//! `sessions.fork`: go on from somewhere else.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::refused;
use super::model::Session;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, Json, Path, created};
use crate::ids::{MessageId, SessionId};
use crate::store::Fork;

/// Where the copy ends.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ForkSession {
    /// The last message of the copy; by default all messages are copied.
    #[schema(value_type = Option<String>, example = "msg_06a1b2c3d4e5f6q")]
    message_id: Option<MessageId>,
    /// The copy's title; by default the title of the original.
    #[schema(min_length = 1, max_length = 256, pattern = r"^[^\x00]*$", example = "Another way")]
    title: Option<String>,
}

/// Fork a session
///
/// Copies the session up to a message into a new session of the caller. The `surface_id` of the copy is its own id, so
/// the surface's current session stays the same; the copy is reached by its id.
#[utoipa::path(post, path = "/sessions/{session_id}/fork", operation_id = "sessions.fork",
    params(("session_id" = String, Path, description = "The session's id.", example = "ses_06a1b2c3d4e5q"), crate::http::IdempotencyHeader),
    request_body(content = ForkSession, description = "Where the copy ends.", example = json!({"title": "Another way"})),
    responses((status = 201, description = "The copy.", body = Session, headers(("Location" = String, description = "Where the copy is.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(session_id): Path<SessionId>,
    Idempotency(once): Idempotency,
    Json(from): Json<ForkSession>,
) -> Result<Response> {
    let fork = Fork {
        id: app.ids.id(),
        user_id: caller.subject.clone(),
        subject: app.ids.key(),
        title: from.title,
        now_ms: app.now_ms(),
    };
    let rows = caller.rows(&app);
    let copy = rows.sessions().fork(session_id, caller.sees(), from.message_id, fork, once).await;
    let copy = copy.map_err(refused)?.ok_or_else(|| Error::not_found("session"))?;
    Ok(created(&format!("/sessions/{}", copy.session.id), Session::from(copy)))
}
