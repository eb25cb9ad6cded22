//! What the operations of the traces group share.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::milliseconds;
use crate::clock::rfc3339;
use crate::error::Code;
use crate::http::turn::{TurnError, TurnUsage};
use crate::ids::{SessionId, TraceId, TurnId};
use crate::store::{self, StoredTrace, TurnSum};

/// How a turn went. It is there when the turn has ended.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Trace {
    /// The trace's id, which is also in its turn.
    #[schema(value_type = String, example = "trc_06a1b2c3d4e5q")]
    pub trace_id: TraceId,
    /// The turn.
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
    /// The user or service account that asked.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub user_id: String,
    /// How the turn ended.
    pub status: TraceStatus,
    /// The first 120 characters of the question.
    #[schema(max_length = 120, example = "What is the capital of France?")]
    pub question: String,
    /// The provider that answered; null if none was asked.
    #[schema(max_length = 64, example = "openai")]
    pub provider: Option<String>,
    /// The provider's name of the model that answered; null if none was asked.
    #[schema(max_length = 256, example = "gpt-4o-mini")]
    pub model: Option<String>,
    /// Tokens and cost of the turn.
    pub usage: TurnUsage,
    /// Why the turn did not complete; null if it completed.
    pub error: Option<TurnError>,
    /// Where the time went.
    pub time: TraceTime,
    /// The `X-Request-ID` of the request that asked; null where it is not known, or not any more.
    #[schema(max_length = 128, example = "req_06a1b2c3d4e5q")]
    pub request_id: Option<String>,
    /// The turn whose agent has asked this one, by the tool `spawn_agent`; null if a caller has.
    #[schema(value_type = Option<String>, example = "trn_06a1b2c3d4e5q")]
    pub parent_turn_id: Option<TurnId>,
    /// When the question was stored.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// When the turn ended.
    #[schema(example = "2026-11-23T21:07:01.250Z")]
    pub finished_at: String,
}

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceStatus {
    /// It was answered.
    Completed,
    /// It could not be answered.
    Failed,
    /// It was ended on request.
    Cancelled,
    /// The gateway ended before it was answered.
    Interrupted,
}

/// Where the time of a turn went, in milliseconds. What runs side by side counts once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraceTime {
    /// All of it, from the question to the answer, without the last write, which keeps the trace.
    #[schema(minimum = 0, example = 1_250.5)]
    pub total_ms: f64,
    /// What the gateway itself took: the rest.
    #[schema(minimum = 0, example = 0.5)]
    pub gateway_ms: f64,
    /// Waiting for models.
    #[schema(minimum = 0, example = 900.25)]
    pub provider_ms: f64,
    /// Running tools.
    #[schema(minimum = 0, example = 349.0)]
    pub tool_ms: f64,
    /// Waiting for the store.
    #[schema(minimum = 0, example = 0.75)]
    pub storage_ms: f64,
    /// Waiting for other turns of the session, for approvals and for results of the caller's tools.
    #[schema(minimum = 0, example = 0.0)]
    pub waiting_ms: f64,
}

impl From<StoredTrace> for Trace {
    fn from(trace: StoredTrace) -> Self {
        let (input_tokens, output_tokens) = (trace.input_tokens, trace.output_tokens);
        Self {
            trace_id: TraceId::from_key(trace.turn_id.key()),
            turn_id: trace.turn_id,
            session_id: trace.session_id,
            status: trace.status.into(),
            time: TraceTime::from(&trace),
            agent_id: trace.agent_id,
            agent_version: trace.agent_version,
            user_id: trace.user_id,
            question: trace.question,
            provider: trace.provider,
            model: trace.model,
            usage: TurnUsage {
                input_tokens,
                output_tokens,
                total_tokens: input_tokens.saturating_add(output_tokens),
                cost_usd: trace.cost_usd,
            },
            error: trace.error.map(|(code, message)| TurnError { code: Code::named(&code), message }),
            request_id: trace.request_id,
            parent_turn_id: trace.parent_turn_id,
            created_at: rfc3339(trace.created_at_ms),
            finished_at: rfc3339(trace.finished_at_ms),
        }
    }
}

impl From<&StoredTrace> for TraceTime {
    fn from(trace: &StoredTrace) -> Self {
        let others_us = trace.provider_us + trace.tool_us + trace.storage_us + trace.waiting_us;
        Self {
            total_ms: milliseconds(trace.duration_us),
            gateway_ms: milliseconds((trace.duration_us - others_us).max(0)),
            provider_ms: milliseconds(trace.provider_us),
            tool_ms: milliseconds(trace.tool_us),
            storage_ms: milliseconds(trace.storage_us),
            waiting_ms: milliseconds(trace.waiting_us),
        }
    }
}

impl From<store::Status> for TraceStatus {
    fn from(status: store::Status) -> Self {
        match status {
            store::Status::Completed => Self::Completed,
            store::Status::Failed => Self::Failed,
            store::Status::Cancelled => Self::Cancelled,
            // No other turn has ended.
            _ => Self::Interrupted,
        }
    }
}

impl From<TraceStatus> for store::Status {
    fn from(status: TraceStatus) -> Self {
        match status {
            TraceStatus::Completed => Self::Completed,
            TraceStatus::Failed => Self::Failed,
            TraceStatus::Cancelled => Self::Cancelled,
            TraceStatus::Interrupted => Self::Interrupted,
        }
    }
}

/// The keys that turns can be grouped by. Hours are in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each name is its field")]
pub enum SummaryKey {
    Agent,
    Hour,
}

/// A summary of turns that have ended. A turn counts in the hour in which it began.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TraceSummary {
    /// The start of the period.
    #[schema(example = "2026-11-01T00:00:00.000Z")]
    pub from: String,
    /// The end of the period.
    #[schema(example = "2026-12-01T00:00:00.000Z")]
    pub to: String,
    /// All turns of the period.
    pub total: TurnCounts,
    /// The groups, newest hour first.
    #[schema(max_items = 200)]
    pub data: Vec<TurnGroup>,
    /// The `cursor` of the next page; null on the last page.
    #[schema(max_length = 1024, pattern = "^[A-Za-z0-9_-]+$", example = "NDk4NzM4OmFzc2lzdGFudA")]
    pub next_cursor: Option<String>,
}

/// The turns of one group.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TurnGroup {
    /// The agent; null if agents are not told apart.
    #[schema(max_length = 64, example = "assistant")]
    pub agent_id: Option<String>,
    /// The start of the hour; null if hours are not told apart.
    #[schema(example = "2026-11-23T21:00:00.000Z")]
    pub hour: Option<String>,
    /// Its turns.
    #[serde(flatten)]
    pub counts: TurnCounts,
}

/// How turns ended, and how long they took from question to answer. Percentiles are within 1 %, and null without turns.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TurnCounts {
    /// All turns.
    #[schema(minimum = 0, example = 1_000)]
    pub turns: i64,
    /// Those that were answered.
    #[schema(minimum = 0, example = 990)]
    pub completed: i64,
    /// Those that could not be answered.
    #[schema(minimum = 0, example = 6)]
    pub failed: i64,
    /// Those that were ended on request.
    #[schema(minimum = 0, example = 3)]
    pub cancelled: i64,
    /// Those whose gateway ended before they were answered.
    #[schema(minimum = 0, example = 1)]
    pub interrupted: i64,
    /// The share of turns that failed or were interrupted, 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.007)]
    pub error_rate: f64,
    /// Half of the turns took at most so many milliseconds.
    #[schema(minimum = 0, example = 812.0)]
    pub p50_ms: Option<f64>,
    /// 95 % of the turns took at most so many milliseconds.
    #[schema(minimum = 0, example = 2_400.0)]
    pub p95_ms: Option<f64>,
    /// 99 % of the turns took at most so many milliseconds.
    #[schema(minimum = 0, example = 5_100.0)]
    pub p99_ms: Option<f64>,
}

impl From<&TurnSum> for TurnCounts {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more")]
    fn from(sum: &TurnSum) -> Self {
        let percentile_ms = |percent| {
            let time_us = sum.durations.percentile_us(percent)?;
            Some(milliseconds(i64::try_from(time_us).unwrap_or(i64::MAX)))
        };
        let turns = sum.turns();
        Self {
            turns,
            completed: sum.completed,
            failed: sum.failed,
            cancelled: sum.cancelled,
            interrupted: sum.interrupted,
            error_rate: (sum.failed + sum.interrupted) as f64 / turns.max(1) as f64,
            p50_ms: percentile_ms(50),
            p95_ms: percentile_ms(95),
            p99_ms: percentile_ms(99),
        }
    }
}
