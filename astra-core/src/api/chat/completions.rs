//! `chat.completions`: OpenAI's Chat Completions, for clients that speak nothing else.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;

use super::lookup::wait_until_final;
use crate::app::App;
use crate::engine::{self, Asked};
use crate::error::{Error, Result};
use crate::http::openai::{
    CallerToolNames, ChatCompletion, ChatCompletionChunk, ChatCompletionRequest, ChatCompletionToolCall, answered,
    chunks, no_such_model,
};
use crate::http::turn::failure;
use crate::http::{Caller, Idempotency, Json, Opened, TraceParent};
use crate::ids::IdKind;
use crate::store::{Status, Turn};
use crate::trace_context::TraceContext;

/// Ask an agent in OpenAI's format
///
/// `model` is an agent's id. The client keeps the conversation and sends all of it; each request is a session of its
/// own. Errors have OpenAI's format. With `stream` the answer is server-sent events of `chat.completion.chunk`, ended
/// by `[DONE]`. Tools of the agent's run within the turn; an answer that calls one of the request's `tools` ends with
/// `finish_reason` `tool_calls`, and the client sends the conversation again with the results. A parameter that the agent's provider does not support is refused by name. A client that disconnects
/// ends the turn, unless it sent an `Idempotency-Key`, with which it can ask for the answer again. The credential may
/// also be in the header `api-key` or `x-api-key`; query parameters, such as `api-version`, have no effect.
#[utoipa::path(post, path = "/v1/chat/completions", operation_id = "chat.completions",
    extensions(("x-stream" = json!({"ends_with": ["[DONE]"]})), ("x-traits" = json!({"refusals": "openai"}))),
    params(crate::http::IdempotencyHeader),
    request_body(content = ChatCompletionRequest, description = "The conversation.",
        example = json!({"model": "assistant", "messages": [{"role": "user", "content": "What is the capital of France?"}]})),
    responses(
        (status = 200, description = "The answer.", content(
            (ChatCompletion = "application/json"),
            (ChatCompletionChunk = "text/event-stream"))),
        (status = 400, description = "The request is malformed, asks for what the agent or its provider does not do, or was refused by the provider: `code` is the provider's own then, such as `context_length_exceeded`."),
        (status = 402, description = "The quota at the model's provider is used up."),
        (status = 404, description = "There is no agent with the id that `model` names."),
        (status = 409, description = "The turn was cancelled."),
        (status = 429, description = "Too many requests, here or at the model's provider, or a quota of the agent is used up: wait for `Retry-After`."),
        (status = 502, description = "The model's provider failed, or refuses the gateway's key: `x-should-retry` is `false` then."),
        (status = 503, description = "The gateway is stopping, its store is not available, or the model's provider is left alone for a while: wait for `Retry-After`."),
        (status = 504, description = "The model's provider did not answer in time.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    TraceParent(trace_parent): TraceParent,
    headers: HeaderMap,
    Json(request): Json<ChatCompletionRequest>,
) -> Result<Response> {
    let opened = if request.stream == Some(true) { Some(Opened::new(&app, &caller, headers)?) } else { None };
    answer(app, caller, once, trace_parent, opened, request).await
}

async fn answer(
    app: App,
    caller: Caller,
    once: Option<crate::store::OnceKey>,
    trace_parent: Option<Arc<TraceContext>>,
    opened: Option<Arc<Opened>>,
    request: ChatCompletionRequest,
) -> Result<Response> {
    let with_usage = request.stream_options.and_then(|options| options.include_usage).unwrap_or(false);
    let (model, created) = (request.model.clone(), app.now_ms() / 1000);
    let ask = request.into_ask(app.ids.make(IdKind::Request), once, trace_parent)?;
    let tools = CallerToolNames::of(ask.tools.as_deref());
    let asked = app.engine.ask(caller.caller(), ask).await.map_err(|fault| match fault {
        engine::Error::NotFound("agent") => no_such_model(),
        fault => Error::engine(fault),
    })?;
    if opened.is_none() && tools.is_empty() {
        let turn = match asked {
            Asked::New(handle) => handle.finished().await.map_err(Error::engine)?,
            Asked::Known(turn) => wait_until_final(&app, &caller, *turn).await?,
        };
        return completion(&turn, Vec::new());
    }
    let (events, handle) = match asked {
        Asked::New(handle) => (handle.events(), Some(handle)),
        Asked::Known(turn) => (app.engine.follow_turn(&app.store.rows(&caller.workspace), turn.id, 0), None),
    };
    if let Some(opened) = opened {
        return chunks(opened, events, handle, model, created, tools, with_usage).await;
    }
    // The turn ends with its caller, who holds it until it is answered.
    let (turn, calls) = answered(events, &tools).await?;
    drop(handle);
    completion(&turn, calls)
}

fn completion(turn: &Turn, calls: Vec<ChatCompletionToolCall>) -> Result<Response> {
    if turn.status == Status::Completed {
        Ok(Json(ChatCompletion::of(turn, calls)).into_response())
    } else {
        Err(failure(turn))
    }
}
