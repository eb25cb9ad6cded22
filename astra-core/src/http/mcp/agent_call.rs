//! An agent that is called as a tool: a question whose answer is a stream of events, of which the last one is the result.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use rmcp::model::{ErrorCode, ErrorData, ProgressToken};
use serde_json::{Map, Value};

use super::answer;
use super::approvals;
use super::arguments::{self, Question};
use super::calling::{Asking, Calling, DECISION_PATIENCE, frames};
use super::fault::Fault;
use super::message::Request;
use super::revision::Revision;
use super::running::{CallName, Registered, RunningCall, RunningCalls};
use crate::app::App;
use crate::content::Content;
use crate::engine::{self, Ask, Asked, Overrides};
use crate::error::Error;
use crate::http::turn::may_decide;
use crate::http::{Caller, Opened, sse};
use crate::ids::IdKind;
use crate::provider::Role;
use crate::store::{SessionTarget, VisibleTo};
use crate::trace_context::TraceContext;

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
    /// Whether the client asks its user by a form.
    pub(super) asks_by_form: bool,
    /// The token by which the client knows the progress.
    pub(super) progress: Option<ProgressToken>,
    pub(super) trace_parent: Option<Arc<TraceContext>>,
    pub(super) headers: HeaderMap,
}

/// The answer of the agent `agent_id`, which there is, to a call with `arguments`.
pub(super) async fn answer(
    mut call: Call<'_>,
    agent_id: String,
    arguments: Map<String, Value>,
) -> Result<Response, Fault> {
    let state = call.request.params.remove("requestState").filter(|_| call.revision == Revision::Stateless);
    if let Some(state) = state {
        return go_on(call, &agent_id, &state).await;
    }
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
    let (turn_id, events, handle) = match asked {
        Asked::New(handle) => (handle.turn_id, handle.events(), Some(handle)),
        Asked::Known(turn) => (turn.id, call.app.engine.follow_turn(&rows, turn.id, 0), None),
    };
    if handle.is_some() {
        running.begin(&call.app.engine, &rows, turn_id).await.map_err(Error::engine)?;
    }
    let asking = asking(&call);
    let calling = Calling {
        app: call.app.clone(),
        rows,
        turn_id,
        events,
        id: call.request.id,
        revision: call.revision,
        progress: call.progress,
        cancelled: running.cancelled,
        _registered: registered,
        handle,
        asking,
        patience: DECISION_PATIENCE,
        may_wait: false,
        waiting: None,
    };
    Ok(sse::respond(opened.until_revoked(frames(calling))).into_response())
}

/// How the client's user is asked for decisions.
fn asking(call: &Call<'_>) -> Asking {
    match call.revision {
        _ if !call.asks_by_form || !may_decide(call.app, call.caller) => Asking::Not,
        Revision::Stateless => Asking::ByResult,
        Revision::Handshake => Asking::ByRequest,
    }
}

/// The answer to a call that comes again, with what its client was asked for.
async fn go_on(mut call: Call<'_>, agent_id: &str, state: &Value) -> Result<Response, Fault> {
    let unknown = || call.request.invalid("The requestState is not one that this call was answered with.");
    let turn_id = state.as_str().and_then(|state| state.parse().ok()).ok_or_else(unknown)?;
    let opened = Opened::new(call.app, call.caller, call.headers.clone())?;
    let rows = call.app.store.rows(&call.caller.workspace);
    // What a client sends back proves nothing: the turn must be the caller's own, and of this agent.
    let own = VisibleTo::Only(Arc::from(call.caller.subject.as_str()));
    let turn = rows.turns().find(turn_id, own).await.map_err(Error::store)?;
    let turn = turn.filter(|turn| turn.agent_id == agent_id).ok_or_else(unknown)?;
    let responses = match call.request.params.remove("inputResponses") {
        None => Map::new(),
        Some(Value::Object(responses)) => responses,
        Some(_) => return Err(call.request.invalid("The inputResponses are an object.")),
    };
    let pending = approvals::pending(&rows, turn.id, call.app.now_ms()).await.map_err(Error::store)?;
    let by = (call.app, call.caller);
    let is_dismissed = approvals::decide_all(by, &call.request, &pending, responses).await?;
    // What came before the last wait was sent before it.
    let kept = rows.suspensions().find(turn_id).await.map_err(Error::store)?;
    let seq = kept.map_or_else(|| turn.last_seq.saturating_sub(1), |kept| kept.seq);
    let calling = Calling {
        app: call.app.clone(),
        turn_id,
        events: call.app.engine.follow_turn(&rows, turn_id, seq),
        handle: Some(call.app.engine.hold(&rows, turn_id)),
        rows,
        asking: if is_dismissed { Asking::Not } else { asking(&call) },
        id: call.request.id,
        revision: call.revision,
        progress: call.progress,
        cancelled: RunningCall::default().cancelled,
        _registered: None,
        patience: if is_dismissed { Duration::ZERO } else { DECISION_PATIENCE },
        may_wait: true,
        waiting: None,
    };
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
        spawned: None,
        job: None,
    }
}
