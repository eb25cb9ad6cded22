//! Which failed calls of a provider are tried again; after how long is the policy's business.

use std::time::Duration;

use super::error::Error;
use crate::outbound::RetryPolicy;

/// How long to wait before the next try of a call that failed with `error` after `retries` tries before this one;
/// `None` if there is to be none. The time of all tries is bounded by the turn's.
pub(super) fn wait(error: &Error, retries: u32, retries_max: u32, chance: f64) -> Option<Duration> {
    let policy = RetryPolicy { retries_max, ..RetryPolicy::default() };
    error.is_transient().then(|| policy.wait(retries, Duration::ZERO, error.retry_after(), chance)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::RETRIES;
    use crate::provider::ErrorKind;

    fn wait_ms(kind: ErrorKind, retries: u32, chance: f64) -> Option<u128> {
        wait(&Error::new(kind, ""), retries, RETRIES, chance).map(|wait| wait.as_millis())
    }

    #[test]
    fn waits_grow_and_are_spread() {
        assert_eq!(wait_ms(ErrorKind::Server(500, None), 0, 0.5), Some(250));
        assert_eq!(wait_ms(ErrorKind::Connect, 0, 1.0), Some(500));
        assert_eq!(wait_ms(ErrorKind::Cut, 1, 0.5), Some(500));
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
}
