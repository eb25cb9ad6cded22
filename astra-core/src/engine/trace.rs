//! How a turn's time was spent: spans, and the split between gateway, provider, tools, storage and waiting.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::error::code_of;
use crate::content::ToolCall;
use crate::ids::TurnId;
use crate::provider::{Attempt, Usage};
use crate::store::{Span, SpanExport, SpanMemory, TraceRecord, TraceStage, TurnContext};
use crate::trace_context::{SpanId, TraceContext};

/// Where a turn comes from, and its place in a distributed trace.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct TraceOrigin {
    /// The caller's place, as its request says it.
    pub(super) parent: Option<Arc<TraceContext>>,
    /// The turn's own, if it is exported.
    pub(super) own: Option<TraceContext>,
    /// The id of the request that asked.
    pub(super) request_id: Option<Arc<str>>,
}

/// Collects the spans of one turn.
#[derive(Debug)]
pub(super) struct Trace {
    started: Instant,
    spans: Vec<Span>,
    origin: TraceOrigin,
}

impl Trace {
    pub(super) const fn new(started: Instant, origin: TraceOrigin) -> Self {
        Self { started, spans: Vec::new(), origin }
    }

    /// The trace of a turn that goes on, with the spans that it had.
    pub(super) const fn resumed(started: Instant, spans: Vec<Span>, origin: TraceOrigin) -> Self {
        Self { started, spans, origin }
    }

    /// Where the turn comes from.
    pub(super) const fn origin(&self) -> &TraceOrigin {
        &self.origin
    }

    /// The place that goes with what the turn calls: its own, or the caller's.
    pub(super) fn outgoing(&self) -> Option<TraceContext> {
        self.origin.own.as_ref().or(self.origin.parent.as_deref()).cloned()
    }

    /// The place of what `turn`, whose trace it is, asks of other agents, if it is not exported: in its caller's trace.
    pub(super) fn as_parent(&self, turn: TurnId) -> Option<Arc<TraceContext>> {
        let parent = self.origin.parent.as_deref()?;
        Some(Arc::new(parent.at(SpanId(turn.key().to_be_bytes()))))
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

    /// Notes that memory was searched from `since` on for `took`, and what of it the model is given.
    pub(super) fn note_memory(
        &mut self,
        since: Instant,
        took: Duration,
        memories: Vec<SpanMemory>,
        error: Option<String>,
    ) {
        self.push(TraceStage::Memory, since, took, None, error);
        if let Some(span) = self.spans.last_mut() {
            span.memories = Some(memories);
        }
    }

    /// Notes a call of a model; of a stream, the part up to its first content.
    pub(super) fn note_call(&mut self, call: &Attempt, since: Instant, took: Duration) {
        let error = call.error.as_ref().map(|error| error.message.clone());
        self.push(TraceStage::Inference, since, took, Some((call.provider.clone(), call.model.clone())), error);
        let error_code = call.error.as_ref().map(|error| Cow::from(code_of(error)));
        self.note_export(|| SpanExport { id: call.span, error_code, ..SpanExport::default() });
    }

    /// Notes what the call of a model that was noted last has used, and why it stopped.
    pub(super) fn note_usage(&mut self, usage: Usage, finish_reason: Option<&'static str>) {
        if self.origin.own.is_none() {
            return;
        }
        let called = self.spans.iter_mut().rev().find(|span| span.name == TraceStage::Inference);
        if let Some(export) = called.and_then(|span| span.export.as_deref_mut()) {
            export.input_tokens = Some(usage.input_tokens);
            export.output_tokens = Some(usage.output_tokens);
            export.finish_reason = finish_reason.map(Cow::from);
        }
    }

    /// Adds to the last span what its export needs, if the turn is exported.
    fn note_export(&mut self, export: impl FnOnce() -> SpanExport) {
        if let (Some(_), Some(span)) = (&self.origin.own, self.spans.last_mut()) {
            span.export = Some(Box::new(export()));
        }
    }

    /// Notes that the stream of `call`, which was noted up to its first content, has ended now.
    pub(super) fn end_stream(&mut self, call: &Attempt) {
        let now_us = microseconds(self.started.elapsed());
        let noted = self.spans.iter_mut().rev().find(|span| span.name == TraceStage::Inference);
        let Some(span) = noted else { return };
        span.first_content_us = Some(span.duration_us);
        span.duration_us = now_us.saturating_sub(span.start_us);
        span.error = call.error.as_ref().map(|error| error.message.clone());
        if let Some(export) = span.export.as_deref_mut() {
            export.error_code = call.error.as_ref().map(|error| Cow::from(code_of(error)));
        }
    }

    /// Notes that the tool of `call`, which knows the span `id` as its caller's, took from `since` until now.
    pub(super) fn note_tool(&mut self, call: &ToolCall, id: Option<SpanId>, since: Instant, is_error: bool) {
        self.push(TraceStage::Tool, since, since.elapsed(), None, is_error.then(|| "the tool failed".to_owned()));
        if let Some(span) = self.spans.last_mut() {
            span.tool = Some(call.name.clone());
        }
        let error_code = is_error.then_some(Cow::Borrowed("tool_failed"));
        self.note_export(|| SpanExport { id, call_id: Some(call.id.clone()), error_code, ..SpanExport::default() });
    }

    /// Gives each call of a tool to `take`: how long it took, and whether it failed.
    pub(super) fn each_tool(&self, take: impl Fn(Duration, bool)) {
        for span in self.spans.iter().filter(|span| span.name == TraceStage::Tool) {
            take(Duration::from_micros(u64::try_from(span.duration_us).unwrap_or(0)), span.error.is_some());
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
        let duration_us = microseconds(took);
        self.spans.push(Span { start_us, duration_us, provider, model, error, ..Span::new(name) });
    }

    pub(super) fn record(&self) -> TraceRecord {
        TraceRecord {
            spans: serde_json::to_string(&self.spans).unwrap_or_else(|_| "[]".into()),
            duration_us: microseconds(self.started.elapsed()),
            provider_us: self.covered(|stage| stage == TraceStage::Inference),
            storage_us: self.covered(|stage| stage == TraceStage::Storage),
            tool_us: self.covered(|stage| stage == TraceStage::Tool),
            waiting_us: self.covered(TraceStage::is_waiting),
            parent: self.origin.parent.as_ref().map(|parent| parent.traceparent()),
            own: self.origin.own.clone(),
            request_id: self.origin.request_id.clone(),
        }
    }

    /// How long at least one of these spans lasted: what runs side by side counts once. Those that run so began together, and
    /// are in the order of their ends.
    fn covered(&self, is_meant: impl Fn(TraceStage) -> bool) -> i64 {
        let (mut sum_us, mut until_us) = (0, i64::MIN);
        for span in self.spans.iter().filter(|span| is_meant(span.name)) {
            let end_us = span.start_us.saturating_add(span.duration_us);
            sum_us += (end_us - span.start_us.max(until_us)).max(0);
            until_us = until_us.max(end_us);
        }
        sum_us
    }
}

fn microseconds(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(spans: &[(TraceStage, i64, i64)]) -> TraceRecord {
        let mut trace = Trace::new(Instant::now(), TraceOrigin::default());
        for (stage, start_us, duration_us) in spans {
            trace.spans.push(Span { start_us: *start_us, duration_us: *duration_us, ..Span::new(*stage) });
        }
        trace.record()
    }

    #[test]
    fn what_runs_side_by_side_counts_once() {
        use TraceStage::{Approval, Compaction, Inference, Queue, Results, Storage, Tool};
        let record = trace(&[
            (Storage, 0, 10),
            (Queue, 10, 5),
            (Compaction, 15, 100),
            (Inference, 20, 50),
            (Inference, 120, 30),
            (Tool, 150, 40),
            (Tool, 151, 99),
            (Approval, 300, 7),
            (Tool, 310, 1),
            (Results, 320, 8),
        ]);
        assert_eq!((record.storage_us, record.provider_us), (10, 80));
        assert_eq!((record.tool_us, record.waiting_us), (101, 20));
    }
}
