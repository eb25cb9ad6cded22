//! The queue between turns and the exporter. It has a bound in number and in bytes, beyond which traces are counted and dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;

use crate::engine::{ExportedTurn, TraceExport};
use crate::metrics::Metrics;
use crate::store::LogEntry;
use crate::trace_context::TraceContext;

/// Turns that wait for their export.
const TURNS_MAX: usize = 4_096;
/// What they hold in memory, about.
const BYTES_MAX: usize = 32 << 20;
/// What a turn holds beside its texts, and a call of a tool beside its arguments.
const TURN_BYTES: usize = 2 << 10;

/// Where turns put their traces.
pub(super) struct Exporter {
    sender: mpsc::Sender<Waiting>,
    bytes: Arc<AtomicUsize>,
    sample_ratio: f64,
    metrics: Arc<Metrics>,
}

/// A turn that waits for its export.
pub(super) struct Waiting {
    pub(super) turn: ExportedTurn,
    bytes: usize,
    /// Of all that wait.
    total: Arc<AtomicUsize>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.total.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Both ends of the queue. Of traces that begin here, `sample_ratio` are exported.
pub(super) fn queue(sample_ratio: f64, metrics: &Arc<Metrics>) -> (Exporter, mpsc::Receiver<Waiting>) {
    let (sender, waiting) = mpsc::channel(TURNS_MAX);
    (Exporter { sender, bytes: Arc::default(), sample_ratio, metrics: Arc::clone(metrics) }, waiting)
}

impl Exporter {
    /// Whether a trace that begins here is exported: all gateways and SDKs decide alike by its id.
    fn is_sampled(&self, context: &TraceContext) -> bool {
        let id = context.trace_id();
        let share = u32::from_be_bytes([id[8], id[9], id[10], id[11]]);
        f64::from(share) < self.sample_ratio * (f64::from(u32::MAX) + 1.0)
    }
}

impl TraceExport for Exporter {
    fn begin(&self, parent: Option<&TraceContext>) -> Option<TraceContext> {
        match parent {
            // Who began the trace has decided.
            Some(parent) => TraceContext::exported(Some(parent)).filter(|_| parent.is_sampled()),
            None => TraceContext::exported(None).filter(|context| self.is_sampled(context)),
        }
    }

    fn take(&self, turn: ExportedTurn) {
        let bytes = size_of(&turn);
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let waiting = Waiting { turn, bytes, total: Arc::clone(&self.bytes) };
        // One turn is always taken, however large it is.
        let is_full = before > 0 && before + bytes > BYTES_MAX;
        if is_full || self.sender.try_send(waiting).is_err() {
            self.metrics.export.dropped.add_one();
        }
    }
}

/// What a turn holds, about.
fn size_of(exported: &ExportedTurn) -> usize {
    let turn = &exported.turn;
    let text = |entry: &LogEntry| match entry {
        LogEntry::Text(text) => text.len(),
        LogEntry::Tool(_) => TURN_BYTES,
    };
    let events = turn.events.iter().flat_map(|(_, entries)| entries).map(text).sum::<usize>();
    let question = usize::try_from(turn.turn.bytes).unwrap_or(0);
    let answer = turn.outcome.content.as_ref().map_or(0, String::len);
    TURN_BYTES * (1 + turn.outcome.tool_calls.len()) + turn.trace.spans.len() + question + answer + events
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::ids::{SessionId, TurnId};
    use crate::store::{FinishedTurn, Outcome, Status, TraceRecord, Turn, WorkspaceId};

    fn exporter(sample_ratio: f64) -> (Exporter, mpsc::Receiver<Waiting>) {
        queue(sample_ratio, &Arc::default())
    }

    /// A turn that keeps so many bytes.
    fn turn(bytes: usize) -> ExportedTurn {
        let turn = Turn {
            id: TurnId::from_key(1),
            session_id: SessionId::from_key(1),
            number: 1,
            agent_id: "agent".into(),
            agent_version: 1,
            user_id: "usr_1".into(),
            subject: 1,
            status: Status::Running,
            is_new_session: true,
            cancel_requested: false,
            metadata: Map::new(),
            outcome: Outcome::default(),
            last_seq: 0,
            bytes: i64::try_from(bytes).unwrap(),
            created_at_ms: 0,
            finished_at_ms: None,
        };
        let finished = FinishedTurn {
            turn,
            status: Status::Completed,
            outcome: Outcome::default(),
            last_seq: 3,
            events: None,
            steps: 0,
            has_waited: false,
            trace: TraceRecord::default(),
            usage: Vec::new(),
            skills: Vec::new(),
            parent: None,
            has_children: false,
            remember: None,
            event_id: None,
            now_ms: 0,
        };
        ExportedTurn { workspace: WorkspaceId::named("wsp_1"), agent: None, turn: Arc::new(finished) }
    }

    #[test]
    fn what_there_is_no_room_for_is_counted_and_dropped() {
        let (exporter, mut waiting) = exporter(1.0);
        let dropped = |exporter: &Exporter| exporter.metrics.export.dropped.get();
        exporter.take(turn(BYTES_MAX * 2));
        assert_eq!(dropped(&exporter), 0, "one is always taken");
        exporter.take(turn(1));
        assert_eq!(dropped(&exporter), 1);
        drop(waiting.try_recv().unwrap());
        (0..TURNS_MAX + 2).for_each(|_| exporter.take(turn(1)));
        assert_eq!(dropped(&exporter), 3);
        assert_eq!(exporter.bytes.load(Ordering::Relaxed), TURNS_MAX * (TURN_BYTES + 1));
        drop(waiting);
        exporter.take(turn(1));
        assert_eq!((dropped(&exporter), exporter.bytes.load(Ordering::Relaxed)), (4, 0), "nothing takes them any more");
    }

    #[test]
    fn the_caller_decides_over_its_trace_and_the_ratio_over_others() {
        let caller = |flags: &str| {
            TraceContext::parse(&format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}")).unwrap()
        };
        for ratio in [0.0, 1.0] {
            let (exporter, _waiting) = exporter(ratio);
            let own = exporter.begin(Some(&caller("01"))).unwrap();
            assert_eq!(own.trace_id(), caller("01").trace_id());
            assert_eq!(exporter.begin(Some(&caller("00"))), None);
            assert_eq!(exporter.begin(None).is_some(), ratio > 0.5);
        }
        let (exporter, _waiting) = exporter(0.25);
        let sampled = (0..4_000).filter(|_| exporter.begin(None).is_some()).count();
        assert!((700..1_300).contains(&sampled), "{sampled} of 4,000");
    }
}
