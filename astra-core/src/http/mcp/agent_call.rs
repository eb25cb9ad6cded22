//! An agent that is called as a tool: a question whose answer is a stream of events, of which the last one is the result.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use http::{HeaderMap, StatusCode};
use rmcp::model::{CallToolResult, ErrorCode, ErrorData, ProgressToken, RequestId};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::answer;
use super::arguments::{self, Question};
use super::fault::Fault;
use super::message::Request;
use super::revision::Revision;
use super::running::{CallName, Registered, RunningCall, RunningCalls};
use crate::app::App;
use crate::content::Content;
use crate::engine::event::{EventKind, TurnEvent};
use crate::engine::{self, Ask, Asked, Overrides, TurnEvents, TurnHandle};
use crate::error::{Code, Error};
use crate::http::turn::failure;
use crate::http::{Caller, Opened, sse};
use crate::ids::IdKind;
use crate::provider::Role;
use crate::store::{SessionTarget, ToolEntry, Turn};

/// The surface of sessions that are opened here.
const SURFACE: &str = "mcp";

/// The call of a tool, and who makes it.
pub(super) struct Call<'a> {
    pub(super) app: &'a App,
    pub(super) caller: &'a Caller,
    pub(super) running: &'a Arc<RunningCalls>,
    pub(super) request: Request,
    pub(super) revision: Revision,
    /// The name that the client has for itself, in a revision with a handshake.
    pub(super) session: Option<String>,
    /// What the client wants to be told the progress by.
    pub(super) progress: Option<ProgressToken>,
    pub(super) trace_parent: Option<Arc<str>>,
    pub(super) headers: HeaderMap,
}

/// The answer of the agent `agent_id`, which there is, to a call with `arguments`.
pub(super) async fn answer(call: Call<'_>, agent_id: String, arguments: Map<String, Value>) -> Result<Response, Fault> {
    let tool_error = |text: String| Ok(answer::result(&call.request.id, &answer::tool_error(call.revision, text)));
    let question = match arguments::question(arguments) {
        Ok(question) => question,
        Err(text) => return tool_error(text),
    };
    let (registered, running) = register(&call)?;
    let opened = Opened::new(call.app, call.caller, call.headers.clone())?;
    let ask = ask(&call, agent_id, question);
    let asked = match call.app.engine.ask(call.caller.caller(), ask).await {
        Ok(asked) => asked,
        Err(engine::Error::NotFound("session")) => return tool_error(arguments::no_such_session()),
        Err(fault) => {
            let error = Error::engine(fault);
            // What the model can do nothing about is the client's business.
            return if error.code.status() >= 500 { Err(error.into()) } else { tool_error(error.message) };
        }
    };
    let rows = call.app.store.rows(&call.caller.workspace);
    let (events, handle) = match asked {
        Asked::New(handle) => (handle.events(), Some(handle)),
        Asked::Known(turn) => (call.app.engine.follow_turn(&rows, turn.id, 0), None),
    };
    if let Some(handle) = &handle {
        running.begin(&call.app.engine, &rows, handle.turn_id).await.map_err(Error::engine)?;
    }
    let cancelled = running.cancelled;
    let (id, revision) = (call.request.id, call.revision);
    let calling =
        Calling { events, id, revision, progress: call.progress, cancelled, _registered: registered, _handle: handle };
    Ok(sse::respond(opened.until_revoked(frames(calling))).into_response())
}

/// Enters the call by the name that its client has for it, if it has one.
pub(super) fn register(call: &Call<'_>) -> Result<(Option<Registered>, RunningCall), Fault> {
    let running = RunningCall::default();
    let Some(session) = &call.session else { return Ok((None, running)) };
    let name = CallName::new(call.caller, session, call.request.id.clone());
    let taken = || {
        let error = ErrorData::new(ErrorCode::INVALID_REQUEST, "A request of this id is still running.", None);
        call.request.refuse(StatusCode::BAD_REQUEST, error)
    };
    Ok((Some(call.running.enter(name, running.clone()).ok_or_else(taken)?), running))
}

fn ask(call: &Call<'_>, agent_id: String, question: Question) -> Ask {
    let place = match question.session_id {
        Some(id) => SessionTarget::Session { id },
        // A call that names no session begins one: clients call an agent for one thing, and then for another.
        None => SessionTarget::Surface { surface: SURFACE.to_owned(), surface_id: call.app.ids.make(IdKind::Request) },
    };
    Ask {
        agent_id,
        place,
        role: Role::User,
        content: Content::Text(question.message),
        prior_messages: Vec::new(),
        overrides: Overrides::default(),
        parameters: None,
        tools: None,
        metadata: Map::new(),
        is_streamed: call.progress.is_some(),
        ends_with_caller: call.revision.ends_with_connection(),
        once: None,
        trace_parent: call.trace_parent.clone(),
    }
}

struct Calling {
    events: TurnEvents,
    id: RequestId,
    revision: Revision,
    progress: Option<ProgressToken>,
    cancelled: CancellationToken,
    _registered: Option<Registered>,
    /// Ends the turn when the client hangs up, if it shall end then.
    _handle: Option<TurnHandle>,
}

/// The events of the call. Those that are there together go out together. A call that is cancelled has no answer.
fn frames(calling: Calling) -> impl Stream<Item = Bytes> + Send + 'static {
    stream::unfold(Some(calling), |calling| async move {
        let mut calling = calling?;
        loop {
            let batch = tokio::select! {
                biased;
                () = calling.cancelled.cancelled() => return None,
                batch = calling.events.next() => batch,
            };
            let mut out = BytesMut::new();
            let Some(batch) = batch.unwrap_or_else(|fault| {
                tracing::error!(error = %fault, "the events of a call broke off");
                None
            }) else {
                let error = ErrorData::new(ErrorCode::INTERNAL_ERROR, "The gateway failed.", None);
                answer::error_event(&mut out, &calling.id, &error);
                return Some((out.freeze(), None));
            };
            let is_last = batch.iter().any(|event| calling.write(&mut out, event));
            if is_last || !out.is_empty() {
                return Some((out.freeze(), (!is_last).then_some(calling)));
            }
        }
    })
}

impl Calling {
    /// Appends what the client is told of `event`; answers whether that was the result.
    fn write(&self, out: &mut BytesMut, event: &TurnEvent) -> bool {
        let text = match &event.kind {
            EventKind::Done { turn } | EventKind::Failed { turn } => {
                answer::result_event(out, &self.id, &result(self.revision, turn));
                return true;
            }
            _ if self.progress.is_none() => return false,
            EventKind::SessionResolved { session_id, .. } => format!("Session {session_id}"),
            EventKind::Content { delta } => delta.clone(),
            EventKind::Tool(entry) => match entry.as_ref() {
                ToolEntry::ToolCallComplete { call } => format!("Calls {}", call.name),
                _ => return false,
            },
        };
        if let (Some(token), Some(progress)) = (&self.progress, exact(event.seq)) {
            answer::progress_event(out, token, progress, None, &text);
        }
        false
    }
}

/// The number of an event, which grows.
fn exact(seq: i64) -> Option<f64> {
    u32::try_from(seq).ok().map(f64::from)
}

/// The turn as the result of a tool.
fn result(revision: Revision, turn: &Turn) -> CallToolResult {
    let (session_id, turn_id) = (turn.session_id.to_string(), turn.id.to_string());
    if turn.outcome.error.is_some() {
        let Error { code, message, .. } = failure(turn);
        let code = if code == Code::Internal { "internal" } else { code.as_str() };
        return answer::tool_error(revision, format!("{message} ({code}; session {session_id}, turn {turn_id})"));
    }
    let answer = turn.outcome.content.clone().unwrap_or_default();
    let structured = json!({"answer": answer, "session_id": session_id, "turn_id": turn_id});
    answer::tool_result(revision, answer, Some(structured))
}
