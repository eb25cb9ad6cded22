//! Processor time of the thread that measures: other work on the machine does not count.

use std::fs;
use std::time::{Duration, Instant};

/// Where Linux says how long the thread has run, in nanoseconds.
const RUN: &str = "/proc/thread-self/schedstat";

/// How long `work` runs, and what it gives. Where the system does not say, the time that passes.
pub(crate) fn measured<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let (begun, before) = (Instant::now(), run());
    let done = work();
    let passed = begun.elapsed();
    let time = run().zip(before).map_or(passed, |(after, before)| after.saturating_sub(before));
    (time, done)
}

fn run() -> Option<Duration> {
    // The count is brought up to date when the thread gives way.
    std::thread::yield_now();
    let text = fs::read_to_string(RUN).ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// A part of the times, in microseconds: 50 for the median.
pub(crate) fn percentile_us(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let place = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
}
