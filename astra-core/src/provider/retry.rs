//! When a failed call is tried again, and after how long: a pure rule; chance comes from outside.

use std::sync::Arc;
use std::time::Duration;

use super::error::Error;

/// A source of numbers from 0 up to but not including 1.
pub type Jitter = Arc<dyn Fn() -> f64 + Send + Sync>;

/// Tries after the first one, unless the configuration says otherwise.
pub(super) const RETRIES: u32 = 2;

const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Who asks for a longer pause is not waited for: the next provider is asked, or the caller told.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(20);
/// Spreads those who were told to come back at the same moment.
const RETRY_AFTER_SPREAD: Duration = Duration::from_millis(250);

/// Chance from the operating system.
pub(super) fn system_jitter() -> Jitter {
    Arc::new(|| getrandom::u32().map_or(0.5, |bits| f64::from(bits) / (f64::from(u32::MAX) + 1.0)))
}

/// How long to wait before the next try of a call that failed with `error` after `retries` tries before this one;
/// `None` if there is to be none. Without a word from the upstream the wait is 0.25 to 0.5 s, then 0.5 to 1 s, and so on.
pub(super) fn wait(error: &Error, retries: u32, retries_max: u32, jitter: f64) -> Option<Duration> {
    if retries >= retries_max || !error.is_transient() {
        return None;
    }
    match error.retry_after() {
        Some(asked) if asked > RETRY_AFTER_MAX => None,
        Some(asked) => Some(asked + RETRY_AFTER_SPREAD.mul_f64(jitter)),
        None => Some((FIRST_WAIT * 2_u32.saturating_pow(retries.min(6))).mul_f64(0.5 + jitter / 2.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::ErrorKind;

    fn wait_ms(kind: ErrorKind, retries: u32, jitter: f64) -> Option<u128> {
        wait(&Error::new(kind, ""), retries, RETRIES, jitter).map(|wait| wait.as_millis())
    }

    #[test]
    fn waits_grow_and_are_spread() {
        assert_eq!(wait_ms(ErrorKind::Server(500, None), 0, 0.0), Some(250));
        assert_eq!(wait_ms(ErrorKind::Connect, 0, 1.0), Some(500));
        assert_eq!(wait_ms(ErrorKind::Cut, 1, 0.0), Some(500));
        assert_eq!(wait_ms(ErrorKind::RateLimited(None), 1, 1.0), Some(1_000));
        assert_eq!(wait_ms(ErrorKind::Connect, 2, 0.0), None, "two retries and no more");
    }

    #[test]
    fn retry_after_is_honoured_up_to_its_cap() {
        assert_eq!(wait_ms(ErrorKind::RateLimited(Some(Duration::from_secs(3))), 0, 0.0), Some(3_000));
        assert_eq!(wait_ms(ErrorKind::Server(503, Some(Duration::from_secs(20))), 0, 1.0), Some(20_250));
        assert_eq!(wait_ms(ErrorKind::RateLimited(Some(Duration::from_secs(21))), 0, 0.0), None);
    }

    #[test]
    fn what_would_fail_again_is_not_tried_again() {
        for kind in
            [ErrorKind::Key, ErrorKind::Refused(400), ErrorKind::Malformed, ErrorKind::TooLarge, ErrorKind::Timeout]
        {
            assert_eq!(wait_ms(kind, 0, 0.0), None, "{kind:?}");
        }
    }

    #[test]
    fn the_system_gives_numbers_below_one() {
        let jitter = system_jitter();
        assert!((0..100).all(|_| (0.0..1.0).contains(&jitter())));
    }
}
