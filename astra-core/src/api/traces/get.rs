//! `traces.get`: all that is known of how a turn went.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::milliseconds;
use super::model::Trace;
use crate::app::App;
use crate::config::TraceContent;
use crate::error::{Error, Result};
use crate::http::turn::Message;
use crate::http::{Caller, Json, Path};
use crate::ids::{TraceId, TurnId};
use crate::store::{Span, SpanMemory, TraceInFull, TraceStage};

/// A trace with its spans.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TraceDetail {
    /// What a list says of it.
    #[serde(flatten)]
    trace: Trace,
    /// What the turn did, in the order in which it ended; null once `traces.keep_days` of the configuration are over.
    #[schema(max_items = 65_536)]
    spans: Option<Vec<TraceSpan>>,
    /// The `traceparent` of the request that asked (W3C Trace Context); null if it sent none. Of a turn that another one has
    /// begun: that turn, within the same trace.
    #[schema(max_length = 64, example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    trace_parent: Option<String>,
    /// What was said in the turn, oldest first: the question, calls of tools and their results, the answer. What else the
    /// model read are messages of its session before these. Null if `traces.content` of the configuration is `off`.
    #[schema(max_items = 65_536)]
    messages: Option<Vec<Message>>,
}

/// A stretch of a turn's time. Times are in milliseconds, from the beginning of the turn.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TraceSpan {
    /// What it went into.
    name: TraceStage,
    /// When it began.
    #[schema(minimum = 0, example = 0.75)]
    start_ms: f64,
    /// How long it took.
    #[schema(minimum = 0, example = 900.25)]
    duration_ms: f64,
    /// Of a streamed answer: the time from the beginning of the span to its first content; else null.
    #[schema(minimum = 0, example = 310.5)]
    first_content_ms: Option<f64>,
    /// The provider that was asked; null where none was.
    #[schema(max_length = 64, example = "openai")]
    provider: Option<String>,
    /// The provider's name of the model that was asked; null where none was.
    #[schema(max_length = 256, example = "gpt-4o-mini")]
    model: Option<String>,
    /// The tool that was called; null where none was.
    #[schema(max_length = 256, example = "current_time")]
    tool: Option<String>,
    /// Why it failed; null if it did not.
    #[schema(max_length = 16_384, example = "the provider did not answer within 30000 ms")]
    error: Option<String>,
    /// Messages that the model is sent word for word; null where no context was made.
    #[schema(minimum = 0, example = 3)]
    messages_sent: Option<u32>,
    /// Older messages that there was no room for; null where no context was made.
    #[schema(minimum = 0, example = 0)]
    messages_left_out: Option<u32>,
    /// What of memory the model was given, best first; null where memory was not searched.
    #[schema(max_items = 100)]
    memories: Option<Vec<SpanMemory>>,
}

/// Show a trace
///
/// Where the time of a turn went, step by step. A member sees its own turns, admins and owners see all turns of the
/// workspace. The trace of a turn is there when the turn has ended.
#[utoipa::path(get, path = "/traces/{trace_id}", operation_id = "traces.get",
    params(("trace_id" = String, Path, description = "The trace's id.", example = "trc_06a1b2c3d4e5q")),
    responses((status = 200, description = "The trace.", body = TraceDetail)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(trace_id): Path<TraceId>,
) -> Result<Json<TraceDetail>> {
    let rows = app.store.rows(&caller.workspace);
    let with_messages = app.config.traces.content == TraceContent::On;
    let turn_id = TurnId::from_key(trace_id.key());
    let found = rows.traces().find(turn_id, caller.sees(), with_messages).await.map_err(Error::store)?;
    let TraceInFull { trace, spans, trace_parent, messages } = found.ok_or_else(|| Error::not_found("trace"))?;
    Ok(Json(TraceDetail {
        trace: trace.into(),
        spans: spans.map(|spans| spans.into_iter().map(TraceSpan::from).collect()),
        trace_parent,
        messages: messages.map(|messages| messages.into_iter().map(Message::from).collect()),
    }))
}

impl From<Span> for TraceSpan {
    fn from(span: Span) -> Self {
        let (messages_sent, messages_left_out) =
            span.context.map(|context| (context.messages_sent, context.messages_left_out)).unzip();
        Self {
            name: span.name,
            start_ms: milliseconds(span.start_us),
            duration_ms: milliseconds(span.duration_us),
            first_content_ms: span.first_content_us.map(milliseconds),
            provider: span.provider,
            model: span.model,
            tool: span.tool,
            error: span.error,
            messages_sent,
            messages_left_out,
            memories: span.memories,
        }
    }
}
