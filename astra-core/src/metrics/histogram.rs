//! Histograms of durations with fixed bounds, as Prometheus has them: what several gateways count can be added.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper bounds of the buckets, in microseconds and as they are written in seconds: from a gateway's own work to the
/// longest answers. What takes longer is in one more bucket.
pub(super) const BOUNDS: [(u64, &str); 19] = [
    (100, "0.0001"),
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (5_000_000, "5"),
    (10_000_000, "10"),
    (30_000_000, "30"),
    (60_000_000, "60"),
    (300_000_000, "300"),
];
const BUCKETS: usize = BOUNDS.len() + 1;

/// A histogram that grows, of any number of threads.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    sum_us: AtomicU64,
}

/// What a histogram has counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistogramCounts {
    /// Durations within each bound and above the one before it; the last ones are above all bounds.
    pub(super) buckets: [u64; BUCKETS],
    /// The sum of all durations in microseconds.
    pub(super) sum_us: u64,
}

impl Histogram {
    /// Adds a duration.
    pub fn add(&self, duration: Duration) {
        let (bucket, duration_us) = place(duration);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(duration_us, Ordering::Relaxed);
    }

    /// What it has counted so far.
    #[must_use]
    pub fn counts(&self) -> HistogramCounts {
        let buckets = std::array::from_fn(|bucket| self.buckets[bucket].load(Ordering::Relaxed));
        HistogramCounts { buckets, sum_us: self.sum_us.load(Ordering::Relaxed) }
    }
}

impl HistogramCounts {
    /// Adds a duration.
    pub fn add(&mut self, duration: Duration) {
        let (bucket, duration_us) = place(duration);
        self.buckets[bucket] += 1;
        self.sum_us = self.sum_us.saturating_add(duration_us);
    }
}

/// The bucket of a duration, and its microseconds.
fn place(duration: Duration) -> (usize, u64) {
    let duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    (BOUNDS.partition_point(|(bound_us, _)| *bound_us < duration_us), duration_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_written_as_they_are_and_hold_what_is_not_above_them() {
        for (bound_us, text) in BOUNDS {
            let seconds: f64 = text.parse().unwrap();
            assert_eq!(Duration::from_secs_f64(seconds), Duration::from_micros(bound_us));
        }
        let (shared, mut own) = (Histogram::default(), HistogramCounts::default());
        for duration_us in [0, 100, 101, 300_000_000, 300_000_001] {
            shared.add(Duration::from_micros(duration_us));
            own.add(Duration::from_micros(duration_us));
        }
        assert_eq!(shared.counts(), own);
        assert_eq!((own.buckets[0], own.buckets[1], own.buckets[18], own.buckets[19]), (2, 1, 1, 1));
        assert_eq!(own.sum_us, 600_000_202);
    }
}
