//! Events of turns as server-sent events.

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::tool::{MessageToolCall, ToolCallComplete, ToolCallDelta, ToolResultEvent, shown};
use super::wait::{ApprovalRequired, ResultsRequired};
use super::{Turn, failure};
use crate::clock::rfc3339;
use crate::engine::event::{EventKind, TurnEvent};
use crate::engine::{self, SessionEvents, TurnEvents};
use crate::http::{Problem, sse};
use crate::ids::{ApprovalId, SessionId, TurnId};
use crate::store::ToolEntry;

/// An event of a turn. Clients must ignore types that they do not know.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "an event is made, written and dropped")]
pub enum ChatEvent {
    /// The message is stored in this session. This is always the first event.
    SessionResolved(SessionResolved),
    /// A further piece of the answer.
    Content(ContentDelta),
    /// The model calls a tool: its name, and then its arguments piece by piece.
    ToolCall(ToolCallDelta),
    /// The call of a tool is complete, and the tool runs.
    ToolCallComplete(ToolCallComplete),
    /// A tool has answered.
    ToolResult(ToolResultEvent),
    /// A person is to decide on the call of a tool; the turn waits.
    ApprovalRequired(ApprovalRequired),
    /// The caller is to submit the results of tools that it runs; the turn waits.
    ResultsRequired(ResultsRequired),
    /// The answer is complete and stored. This is the last event.
    Done(TurnDone),
    /// The turn failed, was cancelled or was interrupted. This is the last event.
    Error(TurnProblem),
}

/// Where the question went.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionResolved {
    /// The turn that the event belongs to.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The event's number in its turn, starting with 1.
    #[schema(minimum = 1, example = 1)]
    pub seq: i64,
    /// The session.
    #[schema(value_type = String, example = "ses_06a1b2c3d4e5q")]
    pub session_id: SessionId,
    /// Whether the session was opened for this message.
    #[schema(example = true)]
    pub is_new: bool,
    /// The version of the agent that answers.
    #[schema(minimum = 1, example = 3)]
    pub agent_version: u32,
}

/// A further piece of the answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ContentDelta {
    /// The turn that the event belongs to.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The event's number in its turn, starting with 1.
    #[schema(minimum = 1, example = 2)]
    pub seq: i64,
    /// The text to append.
    #[schema(max_length = 16_777_216, example = "The capital")]
    pub delta: String,
}

/// The turn is complete.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TurnDone {
    /// The event's number in its turn, starting with 1.
    #[schema(minimum = 1, example = 9)]
    pub seq: i64,
    /// The turn that the event belongs to.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The whole turn, as `chat.send` answers it.
    pub turn: Turn,
}

/// The turn failed, was cancelled or was interrupted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TurnProblem {
    /// The event's number in its turn, starting with 1.
    #[schema(minimum = 1, example = 9)]
    pub seq: i64,
    /// The turn that the event belongs to.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// Why.
    pub problem: Problem,
}

/// An event of a session: a new turn, or an event of a turn. Clients must ignore types that they do not know.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SessionEvent {
    /// A turn was started.
    TurnStarted(TurnStarted),
    /// The message is stored.
    SessionResolved(SessionResolved),
    /// A further piece of the answer.
    Content(ContentDelta),
    /// The model calls a tool: its name, and then its arguments piece by piece.
    ToolCall(ToolCallDelta),
    /// The call of a tool is complete, and the tool runs.
    ToolCallComplete(ToolCallComplete),
    /// A tool has answered.
    ToolResult(ToolResultEvent),
    /// A person is to decide on the call of a tool; the turn waits.
    ApprovalRequired(ApprovalRequired),
    /// The caller is to submit the results of tools that it runs; the turn waits.
    ResultsRequired(ResultsRequired),
    /// The answer is complete and stored.
    Done(TurnDone),
    /// The turn failed, was cancelled or was interrupted.
    Error(TurnProblem),
}

/// A turn was started.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TurnStarted {
    /// The turn at the time of the event.
    pub turn: Turn,
}

impl ChatEvent {
    const fn name(&self) -> &'static str {
        match self {
            Self::SessionResolved(_) => "session_resolved",
            Self::Content(_) => "content",
            Self::ToolCall(_) => "tool_call",
            Self::ToolCallComplete(_) => "tool_call_complete",
            Self::ToolResult(_) => "tool_result",
            Self::ApprovalRequired(_) => "approval_required",
            Self::ResultsRequired(_) => "results_required",
            Self::Done(_) => "done",
            Self::Error(_) => "error",
        }
    }
}

impl ChatEvent {
    /// What happens with tools, as the event `seq` of a turn.
    fn of_tool(turn_id: TurnId, seq: i64, entry: &ToolEntry) -> Self {
        match entry {
            ToolEntry::ToolCall { call_id, tool, arguments_delta } => Self::ToolCall(ToolCallDelta {
                turn_id,
                seq,
                call_id: call_id.clone(),
                tool: tool.clone(),
                arguments_delta: arguments_delta.clone(),
            }),
            ToolEntry::ToolCallComplete { call } => Self::ToolCallComplete(ToolCallComplete {
                turn_id,
                seq,
                call_id: call.id.clone(),
                tool: call.name.clone(),
                arguments: shown(&call.arguments),
            }),
            ToolEntry::ToolResult { call_id, content, is_error, elapsed_ms } => Self::ToolResult(ToolResultEvent {
                turn_id,
                seq,
                call_id: call_id.clone(),
                content: content.clone(),
                is_error: *is_error,
                elapsed_ms: *elapsed_ms,
            }),
            ToolEntry::ApprovalRequired { approval, call, expires_at_ms } => Self::ApprovalRequired(ApprovalRequired {
                turn_id,
                seq,
                approval_id: ApprovalId::from_key(*approval),
                call_id: call.id.clone(),
                tool: call.name.clone(),
                arguments: shown(&call.arguments),
                expires_at: rfc3339(*expires_at_ms),
            }),
            ToolEntry::ResultsRequired { calls, expires_at_ms } => Self::ResultsRequired(ResultsRequired {
                turn_id,
                seq,
                calls: calls.iter().map(MessageToolCall::from).collect(),
                expires_at: rfc3339(*expires_at_ms),
            }),
        }
    }
}

impl From<&TurnEvent> for ChatEvent {
    fn from(event: &TurnEvent) -> Self {
        let (turn_id, seq) = (event.turn_id, event.seq);
        match &event.kind {
            EventKind::SessionResolved { session_id, is_new, agent_version } => {
                Self::SessionResolved(SessionResolved {
                    turn_id,
                    seq,
                    session_id: *session_id,
                    is_new: *is_new,
                    agent_version: *agent_version,
                })
            }
            EventKind::Content { delta } => Self::Content(ContentDelta { turn_id, seq, delta: delta.clone() }),
            EventKind::Tool(entry) => Self::of_tool(turn_id, seq, entry),
            EventKind::Done { turn } => Self::Done(TurnDone { turn_id, seq, turn: Turn::from(turn.as_ref()) }),
            EventKind::Failed { turn } => Self::Error(TurnProblem { turn_id, seq, problem: problem(turn) }),
        }
    }
}

/// Why a turn did not complete, as the turn's own resource would say it.
fn problem(turn: &crate::store::Turn) -> Problem {
    Problem::new(&failure(turn), &turn.id.to_string(), &format!("/chat/turns/{}", turn.id))
}

/// The frames of a turn's events: those that are there together go out together. A store that fails ends the stream,
/// and the client resumes.
pub fn frames(events: TurnEvents) -> impl Stream<Item = Bytes> + Send + 'static {
    stream::unfold(events, |mut events| async move {
        let batch = logged(events.next().await)??;
        let mut out = BytesMut::new();
        for event in batch {
            let event_out = ChatEvent::from(event.as_ref());
            logged(sse::frame(&mut out, &event.seq, event_out.name(), &event_out))?;
        }
        Some((out.freeze(), events))
    })
}

/// A turn's events as texts of JSON: those that are there together are one batch. A store that fails ends the stream, and the
/// client resumes.
pub fn texts(events: TurnEvents) -> impl Stream<Item = Vec<String>> + Send + 'static {
    stream::unfold(events, |mut events| async move {
        let batch = logged(events.next().await)??;
        let texts = batch.iter().map(|event| serde_json::to_string(&ChatEvent::from(event.as_ref())));
        Some((logged(texts.collect::<std::result::Result<_, _>>())?, events))
    })
}

/// The frames of a session's events. An id is the turn's id, a dot, and the event's number.
pub fn session_frames(events: SessionEvents) -> impl Stream<Item = Bytes> + Send + 'static {
    stream::unfold(events, |mut events| async move {
        let batch = logged(events.next().await)??;
        let mut out = BytesMut::new();
        for event in batch {
            match event {
                engine::SessionEvent::Started(turn) => {
                    let id = format!("{}.0", turn.id);
                    let started = SessionEvent::TurnStarted(TurnStarted { turn: Turn::from(turn.as_ref()) });
                    logged(sse::frame(&mut out, &id, "turn_started", &started))?;
                }
                engine::SessionEvent::Turn(event) => {
                    let id = format!("{}.{}", event.turn_id, event.seq);
                    let event = ChatEvent::from(event.as_ref());
                    logged(sse::frame(&mut out, &id, event.name(), &event))?;
                }
            }
        }
        Some((out.freeze(), events))
    })
}

fn logged<T, E: std::fmt::Display>(outcome: Result<T, E>) -> Option<T> {
    outcome.inspect_err(|fault| tracing::error!(error = %fault, "an event stream broke off")).ok()
}
