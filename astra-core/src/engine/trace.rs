//! How a turn's time was spent: spans, and the split between gateway, provider and storage.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::provider::Attempt;
use crate::store::{TraceRecord, TurnContext};

/// What a stretch of time went into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TraceStage {
    Queue,
    Context,
    Compaction,
    Inference,
    Tool,
    Approval,
    Results,
    Storage,
}

/// A stretch of time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Span {
    name: TraceStage,
    start_us: i64,
    duration_us: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    context: Option<TurnContext>,
}

/// Collects the spans of one turn.
#[derive(Debug)]
pub(super) struct Trace {
    started: Instant,
    spans: Vec<Span>,
    parent: Option<Arc<str>>,
}

impl Trace {
    pub(super) const fn new(started: Instant, parent: Option<Arc<str>>) -> Self {
        Self { started, spans: Vec::new(), parent }
    }

    /// The trace of a turn that goes on, with the spans that it had.
    pub(super) const fn resumed(started: Instant, spans: Vec<Span>, parent: Option<Arc<str>>) -> Self {
        Self { started, spans, parent }
    }

    /// The caller's `traceparent`.
    pub(super) fn parent(&self) -> Option<Arc<str>> {
        self.parent.clone()
    }

    /// The spans so far.
    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Notes that `part` took from `since` until now.
    pub(super) fn note(&mut self, part: TraceStage, since: Instant) {
        self.push(part, since, since.elapsed(), None, None);
    }

    /// Notes that putting `context` together took from `since` until now.
    pub(super) fn note_context(&mut self, since: Instant, context: TurnContext) {
        self.push(TraceStage::Context, since, since.elapsed(), None, None);
        if let Some(span) = self.spans.last_mut() {
            span.context = Some(context);
        }
    }

    /// Notes a call of a model, or a part of it.
    pub(super) fn note_call(&mut self, call: &Attempt, since: Instant, took: Duration) {
        let error = call.error.as_ref().map(|error| error.message.clone());
        self.push(TraceStage::Inference, since, took, Some((call.provider.clone(), call.model.clone())), error);
    }

    /// Notes that the tool `name` took from `since` until now.
    pub(super) fn note_tool(&mut self, name: &str, since: Instant, is_error: bool) {
        self.push(TraceStage::Tool, since, since.elapsed(), None, is_error.then(|| "the tool failed".to_owned()));
        if let Some(span) = self.spans.last_mut() {
            span.tool = Some(name.to_owned());
        }
    }

    fn push(
        &mut self,
        name: TraceStage,
        since: Instant,
        took: Duration,
        model: Option<(String, String)>,
        error: Option<String>,
    ) {
        let (provider, model) = model.unzip();
        let start_us = microseconds(since.saturating_duration_since(self.started));
        self.spans.push(Span {
            name,
            start_us,
            duration_us: microseconds(took),
            provider,
            model,
            tool: None,
            error,
            context: None,
        });
    }

    pub(super) fn record(&self) -> TraceRecord {
        let sum =
            |part: TraceStage| self.spans.iter().filter(|span| span.name == part).map(|span| span.duration_us).sum();
        TraceRecord {
            spans: serde_json::to_string(&self.spans).unwrap_or_else(|_| "[]".into()),
            duration_us: microseconds(self.started.elapsed()),
            provider_us: sum(TraceStage::Inference),
            storage_us: sum(TraceStage::Storage),
            parent: self.parent.as_deref().map(str::to_owned),
        }
    }
}

fn microseconds(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
