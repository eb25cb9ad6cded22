//! How long the other side asks to wait.

use std::time::Duration;

use chrono::DateTime;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName};

use crate::clock::timestamp;

const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), or OpenAI's finer `retry-after-ms`; `now_ms` is the time of
/// the wall clock.
pub(crate) fn retry_after(headers: &HeaderMap, now_ms: i64) -> Option<Duration> {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok();
    if let Some(wait_ms) = text(&RETRY_AFTER_MS).and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(wait_ms));
    }
    let text = text(&RETRY_AFTER)?.trim();
    if let Ok(wait_s) = text.parse() {
        return Some(Duration::from_secs(wait_s));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    Some((at.to_utc() - timestamp(now_ms)).to_std().unwrap_or_default())
}
