//! Turns and their events on the wire: what the groups `chat` and `sessions` both speak of.

mod approval;
mod caller_tool;
mod content;
mod decision;
mod event;
mod message;
pub mod tool;
mod wait;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use approval::{Approval, ApprovalStatus, DecideApproval};
pub use caller_tool::{CallResult, CallerTool, NamedTool, SubmitResults, TurnToolChoice, TurnToolMode, caller_tools};
pub use content::{ImageUrl, MessageContent, MessagePart, MessageParts, MessageText};
pub use decision::{decide, decide_within, may_decide};
pub use event::{ChatEvent, SessionEvent, frames, session_frames, texts};
pub use message::{Message, MessageRole};
pub use tool::{MessageToolCall, MessageToolResult, ToolCallComplete, ToolCallDelta, ToolResultEvent, TurnToolCall};
pub use wait::{ApprovalRequired, ResultsRequired};

use crate::clock::rfc3339;
use crate::error::{Code, Error, UpstreamTerms};
use crate::ids::{IdKind, SessionId, TurnId, encode};
use crate::store;

/// One message to an agent, and its answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Turn {
    /// The turn's id.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The session that the turn belongs to.
    #[schema(value_type = String, example = "ses_06a1b2c3d4e5q")]
    pub session_id: SessionId,
    /// The agent that was asked.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// The version of the agent that answered.
    #[schema(minimum = 1, example = 3)]
    pub agent_version: u32,
    /// The state of the turn.
    pub status: TurnStatus,
    /// The answer, or the part of it that is stored; null while nothing is stored.
    #[schema(max_length = 16_777_216, example = "The capital of France is Paris.")]
    pub content: Option<String>,
    /// The tools that the model called, in order; empty while the turn is running. Those without a result are for the caller.
    #[schema(max_items = 4096)]
    pub tool_calls: Vec<TurnToolCall>,
    /// Why the model stopped; null if the turn did not complete, is still running or waits for an approval.
    pub finish_reason: Option<FinishReason>,
    /// Tokens and cost of the turn.
    pub usage: TurnUsage,
    /// How much of the conversation the model was sent; null while it was not asked.
    pub context: Option<TurnContext>,
    /// The provider that answered.
    #[schema(max_length = 64, example = "openai")]
    pub provider: Option<String>,
    /// The provider's name of the model that answered.
    #[schema(max_length = 256, example = "gpt-4o-mini")]
    pub model: Option<String>,
    /// Why the turn did not complete; null if it completed or is still running.
    pub error: Option<TurnError>,
    /// The id of the turn's trace.
    #[schema(example = "trc_06a1b2c3d4e5q")]
    pub trace_id: String,
    /// The metadata of the message.
    pub metadata: Map<String, Value>,
    /// When the message was stored.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// When the turn ended; null while it is running.
    #[schema(example = "2026-11-23T21:07:01.250Z")]
    pub finished_at: Option<String>,
}

/// The states of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TurnStatus {
    /// It waits behind another turn of its session.
    Queued,
    /// It is being answered.
    Running,
    /// It waits for a person's decision on a call of a tool.
    AwaitingApproval,
    /// It waits for the results of tools that its caller runs: of those of `tool_calls` that have none.
    AwaitingResults,
    /// It was answered.
    Completed,
    /// It could not be answered; `error` says why.
    Failed,
    /// It was ended on request.
    Cancelled,
    /// The gateway ended before it was answered. The question and what was answered so far are kept.
    Interrupted,
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// It was done.
    Stop,
    /// It ran into a limit of tokens.
    Length,
    /// The provider withheld content.
    ContentFilter,
    /// The model calls tools that the caller runs: those of `tool_calls` that have no result.
    ToolCalls,
}

/// Tokens and cost of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TurnUsage {
    /// Tokens that the model read.
    #[schema(example = 42)]
    pub input_tokens: u32,
    /// Tokens that the model wrote.
    #[schema(example = 8)]
    pub output_tokens: u32,
    /// The sum of both.
    #[schema(example = 50)]
    pub total_tokens: u32,
    /// Cost in US dollars; 0 where no price is known.
    #[schema(minimum = 0.0, example = 0.000_011_1)]
    pub cost_usd: f64,
}

/// How much of the conversation a model was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TurnContext {
    /// Messages that it was sent word for word, the question among them.
    #[schema(example = 3)]
    pub messages_sent: u32,
    /// Messages that it read neither word for word nor in the session's summary, because not all fits: the oldest ones.
    #[schema(example = 0)]
    pub messages_left_out: u32,
}

/// Why a turn did not complete.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TurnError {
    /// For programs: one of the problem codes.
    pub code: Code,
    /// For people.
    #[schema(max_length = 4096, example = "The model's provider did not answer in time.")]
    pub message: String,
}

impl From<&store::Turn> for Turn {
    fn from(turn: &store::Turn) -> Self {
        let outcome = &turn.outcome;
        let (input_tokens, output_tokens) = (outcome.input_tokens, outcome.output_tokens);
        Self {
            turn_id: turn.id,
            session_id: turn.session_id,
            agent_id: turn.agent_id.clone(),
            agent_version: turn.agent_version,
            status: turn.status.into(),
            content: outcome.content.clone(),
            tool_calls: outcome.tool_calls.iter().map(TurnToolCall::from).collect(),
            finish_reason: outcome.finish_reason.as_deref().map(finish_reason),
            usage: TurnUsage {
                input_tokens,
                output_tokens,
                total_tokens: input_tokens.saturating_add(output_tokens),
                cost_usd: outcome.cost_usd,
            },
            context: outcome.context.map(|context| TurnContext {
                messages_sent: context.messages_sent,
                messages_left_out: context.messages_left_out,
            }),
            provider: outcome.provider.clone(),
            model: outcome.model.clone(),
            error: outcome
                .error
                .as_ref()
                .map(|(code, message)| TurnError { code: Code::named(code), message: message.clone() }),
            trace_id: encode(IdKind::Trace, turn.id.key()),
            metadata: turn.metadata.clone(),
            created_at: rfc3339(turn.created_at_ms),
            finished_at: turn.finished_at_ms.map(rfc3339),
        }
    }
}

/// A turn that did not complete, as a refusal.
#[must_use]
pub fn failure(turn: &store::Turn) -> Error {
    match &turn.outcome.error {
        Some((code, message)) => Error {
            retry_after_s: turn.outcome.retry_after_s,
            upstream: UpstreamTerms::boxed(turn.outcome.upstream_code.clone(), turn.outcome.param.clone()),
            ..Error::new(Code::named(code), message.clone())
        },
        None => Error::internal("a turn did not complete and does not say why"),
    }
}

fn finish_reason(name: &str) -> FinishReason {
    match name {
        "length" => FinishReason::Length,
        "content_filter" => FinishReason::ContentFilter,
        "tool_calls" => FinishReason::ToolCalls,
        _ => FinishReason::Stop,
    }
}

impl From<store::Status> for TurnStatus {
    fn from(status: store::Status) -> Self {
        match status {
            store::Status::Queued => Self::Queued,
            store::Status::Running => Self::Running,
            store::Status::AwaitingApproval => Self::AwaitingApproval,
            store::Status::AwaitingResults => Self::AwaitingResults,
            store::Status::Completed => Self::Completed,
            store::Status::Failed => Self::Failed,
            store::Status::Cancelled => Self::Cancelled,
            store::Status::Interrupted => Self::Interrupted,
        }
    }
}
