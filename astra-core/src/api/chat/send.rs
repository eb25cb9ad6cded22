//! `chat.send`: ask an agent and wait for the whole answer.

use axum::extract::State;

use super::lookup::{answered, wait_until_final};
use super::model::SendMessage;
use crate::app::App;
use crate::engine::Asked;
use crate::error::{Error, Result};
use crate::http::turn::Turn;
use crate::http::{Caller, Idempotency, Json, TraceParent};

/// Ask an agent
///
/// Answers when the whole answer is stored, or when the model calls tools of the request: `status` is `awaiting_results`
/// then, and `chat.submit_results` continues. The message is stored before the model is called. A client that disconnects
/// does not end the turn: `chat.get_turn` has the answer. A second request with the same `Idempotency-Key` waits for
/// the first one and gets its answer.
#[utoipa::path(post, path = "/chat", operation_id = "chat.send",
    params(crate::http::IdempotencyHeader),
    request_body(content = SendMessage, description = "The message.",
        example = json!({"agent_id": "assistant", "message": "What is the capital of France?"})),
    responses(
        (status = 200, description = "The answer.", body = Turn),
        (status = 404, description = "There is no such agent or session."),
        (status = 409, description = "The session is busy, archived or belongs to another agent; or the turn was cancelled."),
        (status = 502, description = "The model's provider failed."),
        (status = 503, description = "The gateway is stopping, its store is not available, or the model's provider asks for a pause: wait for `Retry-After`."),
        (status = 504, description = "The model's provider did not answer in time.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    TraceParent(trace_parent): TraceParent,
    Json(question): Json<SendMessage>,
) -> Result<Json<Turn>> {
    let ask = question.into_ask(false, once, trace_parent)?;
    let turn = match app.engine.ask(caller.caller(), ask).await.map_err(Error::engine)? {
        Asked::New(handle) => handle.finished().await.map_err(Error::engine)?,
        Asked::Known(turn) => wait_until_final(&app, &caller, *turn).await?,
    };
    answered(&turn)
}
