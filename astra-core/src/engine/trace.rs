//! How a turn's time was spent: spans, and the split between gateway, provider, tools, storage and waiting.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ids::TurnId;
use crate::provider::Attempt;
use crate::store::{Span, TraceRecord, TraceStage, TurnContext};

/// Collects the spans of one turn.
#[derive(Debug)]
pub(super) struct Trace {
    started: Instant,
    spans: Vec<Span>,
    parent: Option<Arc<str>>,
    request_id: Option<Arc<str>>,
}

impl Trace {
    pub(super) const fn new(started: Instant, parent: Option<Arc<str>>, request_id: Option<Arc<str>>) -> Self {
        Self { started, spans: Vec::new(), parent, request_id }
    }

    /// The trace of a turn that goes on, with the spans that it had.
    pub(super) const fn resumed(
        started: Instant,
        spans: Vec<Span>,
        parent: Option<Arc<str>>,
        request_id: Option<Arc<str>>,
    ) -> Self {
        Self { started, spans, parent, request_id }
    }

    /// The id of the request that asked.
    pub(super) fn request_id(&self) -> Option<Arc<str>> {
        self.request_id.clone()
    }

    /// The caller's `traceparent`.
    pub(super) fn parent(&self) -> Option<Arc<str>> {
        self.parent.clone()
    }

    /// The `traceparent` of what `turn`, whose trace it is, asks of others: its own caller's trace goes on, or one begins here.
    pub(super) fn as_parent(&self, turn: TurnId) -> Arc<str> {
        let key = turn.key();
        let sent = self.parent.as_deref().and_then(|parent| parent.get(3..35));
        match sent {
            Some(trace_id) => format!("00-{trace_id}-{key:016x}-01").into(),
            None => format!("00-{key:032x}-{key:016x}-01").into(),
        }
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

    /// Notes a call of a model; of a stream, the part up to its first content.
    pub(super) fn note_call(&mut self, call: &Attempt, since: Instant, took: Duration) {
        let error = call.error.as_ref().map(|error| error.message.clone());
        self.push(TraceStage::Inference, since, took, Some((call.provider.clone(), call.model.clone())), error);
    }

    /// Notes that the stream of `call`, which was noted up to its first content, has ended now.
    pub(super) fn end_stream(&mut self, call: &Attempt) {
        let now_us = microseconds(self.started.elapsed());
        let noted = self.spans.iter_mut().rev().find(|span| span.name == TraceStage::Inference);
        let Some(span) = noted else { return };
        span.first_content_us = Some(span.duration_us);
        span.duration_us = now_us.saturating_sub(span.start_us);
        span.error = call.error.as_ref().map(|error| error.message.clone());
    }

    /// Notes that the tool `name` took from `since` until now.
    pub(super) fn note_tool(&mut self, name: &str, since: Instant, is_error: bool) {
        self.push(TraceStage::Tool, since, since.elapsed(), None, is_error.then(|| "the tool failed".to_owned()));
        if let Some(span) = self.spans.last_mut() {
            span.tool = Some(name.to_owned());
        }
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
            parent: self.parent.as_deref().map(str::to_owned),
            request_id: self.request_id.clone(),
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
        let mut trace = Trace::new(Instant::now(), None, None);
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
