//! `chat.stream`: ask an agent and see the answer grow.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::model::SendMessage;
use crate::app::App;
use crate::engine::Asked;
use crate::error::{Error, Result};
use crate::http::turn::{ChatEvent, frames};
use crate::http::{Caller, Idempotency, Json, Opened, TraceParent, sse};

/// Ask an agent, streamed
///
/// Server-sent events: `event` is the `type` of the JSON in `data`, and `id` is its `seq`. The turn continues when the
/// client disconnects or its credential ends: `chat.resume` continues after the `Last-Event-ID`. A second request with
/// the same `Idempotency-Key` gets the events of the first one from the start.
#[utoipa::path(post, path = "/chat/stream", operation_id = "chat.stream",
    extensions(("x-stream" = json!({"resumed_by": "chat.resume", "ends_with": ["done", "error"]}))),
    params(crate::http::IdempotencyHeader),
    request_body(content = SendMessage, description = "The message.",
        example = json!({"agent_id": "assistant", "message": "What is the capital of France?"})),
    responses(
        (status = 200, description = "The turn's events.", body = ChatEvent, content_type = "text/event-stream"),
        (status = 404, description = "There is no such agent or session."),
        (status = 409, description = "The session is busy, archived or belongs to another agent."),
        (status = 503, description = "The gateway is stopping, or its store is not available.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    TraceParent(trace_parent): TraceParent,
    headers: HeaderMap,
    Json(question): Json<SendMessage>,
) -> Result<Response> {
    let ask = question.into_ask(true, once, trace_parent)?;
    let opened = Opened::new(&app, &caller, headers)?;
    let events = match app.engine.ask(caller.caller(), ask).await.map_err(Error::engine)? {
        Asked::New(handle) => handle.events(),
        Asked::Known(turn) => app.engine.follow_turn(&app.store.rows(&caller.workspace), turn.id, 0),
    };
    Ok(sse::respond(opened.until_revoked(frames(events))))
}
