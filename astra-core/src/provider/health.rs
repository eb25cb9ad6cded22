//! How a provider has been doing since the gateway started.

use std::time::Duration;

use super::error::{Error, ErrorKind};
use crate::metrics::HistogramCounts;

/// So many latencies are remembered; the report is of these.
const REMEMBERED: usize = 64;

/// How a provider has been doing since the gateway started.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Health {
    /// Calls that came to an end, after their retries.
    pub requests: u64,
    /// Those of them that failed.
    pub errors: u64,
    /// Median time to the answer, or to the first token of a stream, of the last 64 good calls; `None` before the first.
    pub latency_p50: Option<Duration>,
    /// The time to the answer, or to the first token of a stream, of all good calls.
    pub latencies: HistogramCounts,
    /// The last failure.
    pub last_error: Option<LastError>,
}

/// A failure of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastError {
    /// The kind of failure.
    pub kind: ErrorKind,
    /// A sentence for people, without secrets.
    pub message: String,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
}

/// Keeps count.
#[derive(Debug, Default)]
pub(super) struct Tally {
    requests: u64,
    errors: u64,
    latencies: Vec<Duration>,
    /// Where the next latency goes once the ring is full.
    next: usize,
    counts: HistogramCounts,
    last_error: Option<LastError>,
}

impl Tally {
    pub(super) fn succeeded(&mut self, latency: Duration) {
        self.requests += 1;
        self.counts.add(latency);
        if self.latencies.len() < REMEMBERED {
            self.latencies.push(latency);
        } else {
            self.latencies[self.next] = latency;
            self.next = (self.next + 1) % REMEMBERED;
        }
    }

    pub(super) fn failed(&mut self, error: &Error, now_ms: i64) {
        self.requests += 1;
        self.failed_later(error, now_ms);
    }

    /// A stream that had begun well broke.
    pub(super) fn failed_later(&mut self, error: &Error, now_ms: i64) {
        self.errors += 1;
        self.last_error = Some(LastError { kind: error.kind, message: error.message.clone(), at_ms: now_ms });
    }

    pub(super) fn report(&self) -> Health {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let median = sorted.get(sorted.len() / 2).copied();
        Health {
            requests: self.requests,
            errors: self.errors,
            latency_p50: median,
            latencies: self.counts.clone(),
            last_error: self.last_error.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_of_the_latest() {
        let mut tally = Tally::default();
        assert_eq!(tally.report(), Health::default());
        for ms in (0..1_000).chain(std::iter::repeat_n(7, REMEMBERED / 2 + 1)) {
            tally.succeeded(Duration::from_millis(ms));
        }
        tally.failed(&Error::new(ErrorKind::Cut, "gone"), 5);
        let report = tally.report();
        assert_eq!(report.latency_p50, Some(Duration::from_millis(7)));
        assert_eq!((report.requests, report.errors), (1_033 + 1, 1));
        assert_eq!(report.last_error.unwrap().at_ms, 5);
    }
}
