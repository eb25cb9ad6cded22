//! What takes turns from the queue and sends their spans, a batch at a time.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use prost::Message as _;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use super::collector::{Collector, Rejected};
use super::providers::Providers;
use super::queue::Waiting;
use super::said::Said;
use super::spans::spans_of;
use super::wire::Span;
use crate::config::TraceContent;
use crate::metrics::{Counter, ExportMetrics, Metrics};
use crate::store::Db;
use crate::text::printable;
use crate::work::Base;

/// How long a batch waits for more turns.
const BATCH_TIME: Duration = Duration::from_secs(1);
/// Bytes of spans after which no turn is added to a batch.
const BATCH_BYTES_MAX: usize = 1 << 20;
/// What is given to the last batches when the gateway stops.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(4);
/// Failures are in the log so often, whatever their number.
const LOG_EVERY: Duration = Duration::from_secs(60);
/// Why the last traces are lost.
const STOPPED: &str = "the gateway stops";

/// Sends what waits.
pub(super) struct Worker {
    waiting: Mutex<mpsc::Receiver<Waiting>>,
    collector: Collector,
    providers: Providers,
    /// Where what was said is read, if it is exported.
    store: Option<Db>,
    batch_spans: usize,
    metrics: Arc<Metrics>,
}

/// Spans that are sent together.
#[derive(Default)]
struct Batch {
    spans: Vec<Span>,
    bytes: usize,
    turns: u64,
}

/// Ready when the gateway's last moments are over.
type Over<'a> = Shared<BoxFuture<'a, ()>>;

/// What the log says of failures.
#[derive(Default)]
struct FailureLog {
    written_at: Option<Instant>,
    /// The counts as they were then: traces that failed and that were dropped, spans that were rejected.
    written: [u64; 3],
}

impl Worker {
    pub(super) fn new(
        base: &Base,
        collector: Collector,
        providers: Providers,
        waiting: mpsc::Receiver<Waiting>,
    ) -> Self {
        let config = &base.config.otlp;
        Self {
            waiting: Mutex::new(waiting),
            collector,
            providers,
            store: (config.content == TraceContent::On).then(|| base.store.clone()),
            batch_spans: config.batch_spans,
            metrics: Arc::clone(&base.metrics),
        }
    }

    /// Sends batches until `stop` is cancelled; then those that wait, as long as there is time.
    pub(super) async fn run(&self, stop: &CancellationToken) {
        let mut waiting = self.waiting.lock().await;
        let mut log = FailureLog::default();
        let last_moments = async {
            stop.cancelled().await;
            sleep(FLUSH_TIMEOUT).await;
        };
        let over: Over<'_> = last_moments.boxed().shared();
        while let Some(batch) = self.next(&mut waiting, stop).await {
            self.send(batch, stop, &over, &mut log).await;
        }
        waiting.close();
        while over.peek().is_none() {
            let mut batch = Batch::default();
            while !self.is_full(&batch)
                && let Ok(next) = waiting.try_recv()
            {
                self.add(&mut batch, next).await;
            }
            if batch.turns == 0 {
                return;
            }
            self.send(batch, stop, &over, &mut log).await;
        }
        while waiting.try_recv().is_ok() {
            self.metrics.export.dropped.add_one();
        }
        log.written_at = None;
        log.write(&self.metrics.export, STOPPED);
    }

    /// The next batch; `None` when the gateway stops.
    async fn next(&self, waiting: &mut mpsc::Receiver<Waiting>, stop: &CancellationToken) -> Option<Batch> {
        let first = stop.run_until_cancelled(waiting.recv()).await??;
        let (mut batch, until) = (Batch::default(), Instant::now() + BATCH_TIME);
        self.add(&mut batch, first).await;
        while !self.is_full(&batch)
            && let Some(Ok(Some(next))) = stop.run_until_cancelled(timeout_at(until, waiting.recv())).await
        {
            self.add(&mut batch, next).await;
        }
        Some(batch)
    }

    const fn is_full(&self, batch: &Batch) -> bool {
        batch.spans.len() >= self.batch_spans || batch.bytes >= BATCH_BYTES_MAX
    }

    async fn add(&self, batch: &mut Batch, waiting: Waiting) {
        let (turn, finished) = (&waiting.turn, &waiting.turn.turn);
        let said = match &self.store {
            Some(store) => {
                let (rows, reason) = (store.rows(&turn.workspace), finished.outcome.finish_reason.as_deref());
                Some(Said::read(&rows, finished.turn.id, reason).await)
            }
            None => None,
        };
        let spans = spans_of(turn, &self.providers, said.as_ref());
        batch.bytes += spans.iter().map(Span::encoded_len).sum::<usize>();
        batch.spans.extend(spans);
        batch.turns += 1;
    }

    async fn send(&self, batch: Batch, stop: &CancellationToken, over: &Over<'_>, log: &mut FailureLog) {
        let Batch { spans, turns, .. } = batch;
        let sent = tokio::select! {
            sent = self.collector.send(spans, stop) => sent,
            () = over.clone() => Err(STOPPED.to_owned()),
        };
        let export = &self.metrics.export;
        match sent {
            Ok(Rejected { spans, why }) => {
                export.sent.add(turns);
                export.rejected_spans.add(spans);
                log.write(export, if spans > 0 { &why } else { "too many traces waited" });
            }
            Err(why) => {
                export.failed.add(turns);
                log.write(export, &why);
            }
        }
    }
}

impl FailureLog {
    /// Writes how many failures there were since it was written last, unless that was a moment ago. `why` is the reason of the
    /// last one.
    fn write(&mut self, export: &ExportMetrics, why: &str) {
        let counts = [&export.failed, &export.dropped, &export.rejected_spans].map(Counter::get);
        if counts == self.written || self.written_at.is_some_and(|at| at.elapsed() < LOG_EVERY) {
            return;
        }
        let [failed, dropped, rejected_spans] = std::array::from_fn(|place| counts[place] - self.written[place]);
        tracing::warn!(failed, dropped, rejected_spans, reason = %printable(why), "traces are lost on their way to the collector");
        (self.written_at, self.written) = (Some(Instant::now()), counts);
    }
}
