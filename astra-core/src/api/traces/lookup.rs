//! Times of traces, as callers read them.

/// Microseconds in milliseconds.
#[expect(clippy::cast_precision_loss, reason = "exact up to 285 years")]
pub fn milliseconds(time_us: i64) -> f64 {
    time_us as f64 / 1e3
}
