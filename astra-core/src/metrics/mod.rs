//! What a gateway counts while it runs, for monitoring: counters and histograms that cost an addition each, without names and
//! labels until they are read. They begin with zero when the gateway is opened, and hold no content of users.

mod exposition;
mod histogram;
mod memory;
mod process;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use exposition::{Exposition, MetricKind};
pub use histogram::{Histogram, HistogramCounts};
pub use memory::MemoryMetrics;
pub use process::resident_bytes;

/// A count that grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts one more.
    pub fn add_one(&self) {
        self.add(1);
    }

    /// Counts `count` more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// How many there were.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Answers by the first digit of their status: 1 to 5.
#[derive(Debug, Default)]
pub struct StatusCounts([Counter; 5]);

impl StatusCounts {
    /// Counts an answer.
    pub fn note(&self, status: u16) {
        let class = usize::from(status / 100).clamp(1, 5);
        self.0[class - 1].add_one();
    }

    /// The classes, such as `2xx`, and how many answers each had.
    pub fn classes(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ["1xx", "2xx", "3xx", "4xx", "5xx"].into_iter().zip(self.0.iter().map(Counter::get))
    }
}

/// How turns have ended, and what they took.
#[derive(Debug, Default)]
pub struct TurnMetrics {
    completed: Counter,
    failed: Counter,
    cancelled: Counter,
    interrupted: Counter,
    /// From the question to the answer.
    pub durations: Histogram,
    /// The same without models, tools, and waiting for other turns and people.
    pub overheads: Histogram,
    /// Calls of tools that were answered, ...
    pub tools_answered: Counter,
    /// ... and those that failed.
    pub tools_failed: Counter,
    /// How long each of them took.
    pub tool_durations: Histogram,
}

impl TurnMetrics {
    /// Counts a turn that ended as `status` says, after `whole`, of which `elsewhere` was not the gateway's.
    pub fn note(&self, status: &str, whole: Duration, elsewhere: Duration) {
        match status {
            "completed" => &self.completed,
            "failed" => &self.failed,
            "cancelled" => &self.cancelled,
            _ => &self.interrupted,
        }
        .add_one();
        self.durations.add(whole);
        self.overheads.add(whole.saturating_sub(elsewhere));
    }

    /// Counts a call of a tool.
    pub fn note_tool(&self, took: Duration, is_error: bool) {
        if is_error { &self.tools_failed } else { &self.tools_answered }.add_one();
        self.tool_durations.add(took);
    }

    /// The states in which turns end, and how many did.
    #[must_use]
    pub fn ended(&self) -> [(&'static str, u64); 4] {
        [
            ("completed", self.completed.get()),
            ("failed", self.failed.get()),
            ("cancelled", self.cancelled.get()),
            ("interrupted", self.interrupted.get()),
        ]
    }
}

/// What became of traces that were to be exported.
#[derive(Debug, Default)]
pub struct ExportMetrics {
    /// The collector has taken them.
    pub sent: Counter,
    /// It has not, after all tries.
    pub failed: Counter,
    /// There was no room for them while they waited.
    pub dropped: Counter,
    /// Spans that the collector has taken with the others and thrown away.
    pub rejected_spans: Counter,
}

/// All that one gateway counts.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Turns.
    pub turns: TurnMetrics,
    /// Traces that are exported.
    pub export: ExportMetrics,
    /// What is remembered.
    pub memory: MemoryMetrics,
    operations: Mutex<BTreeMap<String, Arc<StatusCounts>>>,
}

impl Metrics {
    /// The counts of the operation `id`; every caller has the same ones.
    #[must_use]
    pub fn operation(&self, id: &str) -> Arc<StatusCounts> {
        let mut operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(operations.entry(id.to_owned()).or_default())
    }

    /// The counts of all operations, by their ids.
    #[must_use]
    pub fn operations(&self) -> Vec<(String, Arc<StatusCounts>)> {
        let operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        operations.iter().map(|(id, counts)| (id.clone(), Arc::clone(counts))).collect()
    }
}
