//! The answer to the call of an agent: the events of its turn, of which the last one is the result. A turn that waits for a
//! person's decision is gone on with: by asking the client's user, or by another person.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use rmcp::model::{CallToolResult, ErrorCode, ErrorData, ProgressToken, RequestId};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::answer;
use super::approvals;
use super::revision::Revision;
use super::running::Registered;
use crate::app::App;
use crate::clock::rfc3339;
use crate::engine::event::{EventKind, TurnEvent};
use crate::engine::{TurnEvents, TurnHandle};
use crate::error::{Code, Error};
use crate::http::turn::failure;
use crate::ids::{SessionId, TurnId};
use crate::store::{Rows, StoredApproval, ToolEntry, Turn, VisibleTo};

/// How long a call waits for another person's decision before it says that the turn waits: shorter than clients have patience.
pub(super) const DECISION_PATIENCE: Duration = Duration::from_secs(45);
/// How often it is looked whether that time is over.
const LOOK: Duration = Duration::from_secs(1);

/// How a client's user is asked for decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// By the result: the client sends the call again, with the answers.
    ByResult,
    /// By requests among the events.
    ByRequest,
    /// Not at all: the client cannot ask, its user may not decide, or did not want to.
    Not,
}

/// A call that is being answered.
pub(super) struct Calling {
    pub(super) app: App,
    pub(super) rows: Rows,
    pub(super) turn_id: TurnId,
    pub(super) events: TurnEvents,
    pub(super) id: RequestId,
    pub(super) revision: Revision,
    pub(super) progress: Option<ProgressToken>,
    pub(super) cancelled: CancellationToken,
    pub(super) _registered: Option<Registered>,
    /// Ends the turn when the client hangs up, if it shall end then.
    pub(super) handle: Option<TurnHandle>,
    pub(super) asking: Asking,
    /// How long it waits for another person's decision.
    pub(super) patience: Duration,
    /// Whether the turn may have begun to wait before its events are read.
    pub(super) may_wait: bool,
    /// The calls that wait for another person's decision, and until when this one waits with them, in milliseconds since the epoch.
    pub(super) waiting: Option<(Vec<StoredApproval>, i64)>,
}

/// What has come of a step.
enum Step {
    /// There is more to come.
    On,
    /// The answer is complete.
    Answered,
    /// The client wants none.
    Cancelled,
}

/// The events of the call. Those that are there together go out together. A call that is cancelled has no answer.
pub(super) fn frames(calling: Calling) -> impl Stream<Item = Bytes> + Send + 'static {
    stream::unfold(Some(calling), |calling| async move {
        let mut calling = calling?;
        let mut out = BytesMut::new();
        loop {
            match calling.step(&mut out).await {
                Step::On if out.is_empty() => {}
                Step::On => return Some((out.freeze(), Some(calling))),
                Step::Answered => return Some((out.freeze(), None)),
                Step::Cancelled => return None,
            }
        }
    })
}

impl Calling {
    async fn step(&mut self, out: &mut BytesMut) -> Step {
        if std::mem::take(&mut self.may_wait) {
            return self.ask(out).await;
        }
        let batch = tokio::select! {
            biased;
            () = self.cancelled.cancelled() => return Step::Cancelled,
            batch = self.events.next() => batch,
            () = patience(&self.app, self.waiting.as_ref().map(|(_, until_ms)| *until_ms)) => return self.wait_is_over(out).await,
        };
        let batch = match batch {
            Ok(Some(batch)) => batch,
            Ok(None) => return self.fails(out, &"the turn is gone"),
            Err(fault) => return self.fails(out, &fault),
        };
        self.waiting = None;
        let mut waits = false;
        for event in &batch {
            if self.write(out, event) {
                self.release();
                return Step::Answered;
            }
            waits = matches!(&event.kind, EventKind::Tool(entry) if matches!(entry.as_ref(), ToolEntry::ApprovalRequired { .. }));
        }
        if waits { self.ask(out).await } else { Step::On }
    }

    /// Goes on with a turn that waits for decisions.
    async fn ask(&mut self, out: &mut BytesMut) -> Step {
        let now_ms = self.app.now_ms();
        let pending = match approvals::pending(&self.rows, self.turn_id, now_ms).await {
            Ok(pending) if pending.is_empty() => return Step::On,
            Ok(pending) => pending,
            Err(fault) => return self.fails(out, &fault),
        };
        match self.asking {
            Asking::ByResult => {
                let result = approvals::input_required(&pending, self.turn_id.to_string());
                answer::result_event(out, &self.id, &result);
                // The call comes again, and ends the turn then if the client hangs up.
                self.release();
                return Step::Answered;
            }
            Asking::ByRequest => {
                for approval in &pending {
                    answer::request_event(out, &approval.id.to_string(), &approvals::question(approval));
                }
            }
            Asking::Not => {
                let patience_ms = i64::try_from(self.patience.as_millis()).unwrap_or(i64::MAX);
                self.waiting = Some((pending, now_ms.saturating_add(patience_ms)));
            }
        }
        Step::On
    }

    /// Says that the turn waits, and how to go on. It goes on without the client.
    async fn wait_is_over(&mut self, out: &mut BytesMut) -> Step {
        let (pending, _) = self.waiting.take().unwrap_or_default();
        let session_id = match self.rows.turns().find(self.turn_id, VisibleTo::All).await {
            // That of the turn: a call may be one of a turn below it, in a session of its own.
            Ok(Some(turn)) => turn.session_id,
            Ok(None) => return self.fails(out, &"the turn is gone"),
            Err(fault) => return self.fails(out, &fault),
        };
        answer::result_event(out, &self.id, &waits(self.revision, session_id, &pending));
        self.release();
        Step::Answered
    }

    fn release(&mut self) {
        if let Some(handle) = &mut self.handle {
            handle.release();
        }
    }

    fn fails(&self, out: &mut BytesMut, fault: &dyn std::fmt::Display) -> Step {
        tracing::error!(error = %fault, "the events of a call broke off");
        let error = ErrorData::new(ErrorCode::INTERNAL_ERROR, "The gateway failed.", None);
        answer::error_event(out, &self.id, &error);
        Step::Answered
    }

    /// Appends what the client is sent of `event`; answers whether that was the result.
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
                ToolEntry::ApprovalRequired { call, .. } => {
                    format!("Waits for a decision on the call of {}", call.name)
                }
                _ => return false,
            },
        };
        if let (Some(token), Some(progress)) = (&self.progress, exact(event.seq)) {
            answer::progress_event(out, token, progress, None, &text);
        }
        false
    }
}

/// Ready when the time `until_ms` has come; never if there is none.
async fn patience(app: &App, until_ms: Option<i64>) {
    let Some(until_ms) = until_ms else { return std::future::pending().await };
    while app.now_ms() < until_ms {
        tokio::time::sleep(LOOK).await;
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

/// What a client reads of a turn that waits for another person.
fn waits(revision: Revision, session_id: SessionId, pending: &[StoredApproval]) -> CallToolResult {
    let calls: Vec<_> = pending.iter().map(|one| format!("{} ({})", one.tool, one.id)).collect();
    let until = pending.first().map(|one| rfc3339(one.expires_at_ms)).unwrap_or_default();
    let text = format!(
        "The agent waits for a person's decision on its calls of tools: {}. They are not made unless they are approved until \
         {until}. Call again with the session_id {session_id} to go on when the decision was made.",
        calls.join(", ")
    );
    answer::tool_error(revision, text)
}
