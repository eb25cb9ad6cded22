//! The spans of a trace, as the row of their turn keeps them: JSON.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::memory_tier::MemoryTier;
use super::turns::TurnContext;
use crate::trace_context::SpanId;

/// What a stretch of a turn's time went into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceStage {
    /// It waited behind other turns of its session.
    Queue,
    /// What the model reads was put together.
    Context,
    /// Memory was searched.
    Memory,
    /// Older messages were summarised.
    Compaction,
    /// One try of one model.
    Inference,
    /// One call of a tool.
    Tool,
    /// It waited until a person allowed a tool to be called.
    Approval,
    /// It waited for the results of tools that its caller runs.
    Results,
    /// It waited for the store.
    Storage,
}

impl TraceStage {
    /// Whether the turn waited for other turns or for people.
    #[must_use]
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Queue | Self::Approval | Self::Results)
    }
}

/// A stretch of a turn's time, in microseconds from the beginning of the turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// What it went into.
    pub name: TraceStage,
    /// When it began.
    pub start_us: i64,
    /// How long it took.
    pub duration_us: i64,
    /// Of a streamed answer: the time from the beginning of the span to the first content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_content_us: Option<i64>,
    /// The provider that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The model that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The tool that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What was put together.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub context: Option<TurnContext>,
    /// What was recalled, best first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memories: Option<Vec<SpanMemory>>,
    /// What its export needs besides; only of a turn that is exported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export: Option<Box<SpanExport>>,
}

/// A memory that was recalled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpanMemory {
    /// The memory's id; or, of the tier `session`, the id of the turn whose question it is.
    #[schema(max_length = 32, example = "mem_06a1b2c3d4e5q")]
    pub id: String,
    /// The tier that it is in.
    pub tier: MemoryTier,
    /// 0 to 1: the best source's first place is near 1.
    #[schema(minimum = 0, maximum = 1, example = 0.71)]
    pub score: f64,
    /// Its place among what has words of the question; null if it is not among them.
    #[schema(minimum = 1, example = 1)]
    pub text_rank: Option<u32>,
    /// Its place among what means about the same; null if it is not among them.
    #[schema(minimum = 1, example = 2)]
    pub vector_rank: Option<u32>,
    /// Its place among what the graph leads to; null if it is not among them.
    #[schema(minimum = 1, example = 1)]
    pub graph_rank: Option<u32>,
}

/// What the export of a span needs beside what its trace shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SpanExport {
    /// Its id, if what it called knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<SpanId>,
    /// The call of the tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_id: Option<String>,
    /// Tokens that the model read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u32>,
    /// Tokens that it wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u32>,
    /// Why it stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<Cow<'static, str>>,
    /// The kind of its failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<Cow<'static, str>>,
}

impl Span {
    /// A span of no time.
    #[must_use]
    pub const fn new(name: TraceStage) -> Self {
        Self {
            name,
            start_us: 0,
            duration_us: 0,
            first_content_us: None,
            provider: None,
            model: None,
            tool: None,
            error: None,
            context: None,
            memories: None,
            export: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_as_it_was_written() {
        let context = Some(TurnContext { messages_sent: 3, messages_left_out: 1 });
        let exported =
            SpanExport { id: Some(SpanId([7; 8])), error_code: Some("tool_failed".into()), ..SpanExport::default() };
        let spans = [
            Span { start_us: 5, duration_us: 7, context, ..Span::new(TraceStage::Context) },
            Span { provider: Some("p".into()), error: Some("no".into()), ..Span::new(TraceStage::Inference) },
            Span { export: Some(Box::new(exported)), ..Span::new(TraceStage::Tool) },
        ];
        let text = serde_json::to_string(&spans).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Span>>(&text).unwrap(), spans);
        assert!(!text.contains("null"), "{text}");
    }
}
