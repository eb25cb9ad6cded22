//! Times in parameters, as RFC 3339 writes them.

use chrono::{DateTime, Utc};

use crate::error::{Error, Result};

/// The time in `text`, in milliseconds since the epoch. `pointer` is the place that a refusal names.
///
/// # Errors
/// For a text that is no time.
pub fn instant(text: Option<&str>, pointer: &str) -> Result<Option<i64>> {
    let parsed = text.map(DateTime::parse_from_rfc3339).transpose();
    let parsed = parsed.map_err(|_| Error::field(pointer, "is no time such as 2026-11-23T21:07:00Z"))?;
    Ok(parsed.map(|at| at.with_timezone(&Utc).timestamp_millis()))
}
