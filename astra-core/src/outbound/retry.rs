//! When a failed call is tried again, and after how long: a pure rule; time and chance come from outside.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

/// A source of numbers from 0 up to but not including 1.
pub type Jitter = Arc<dyn Fn() -> f64 + Send + Sync>;

/// Tries after the first one, unless the policy says otherwise.
pub(crate) const RETRIES: u32 = 2;

const FIRST_WAIT: Duration = Duration::from_millis(500);
const WAIT_MAX: Duration = Duration::from_secs(32);
/// A longer pause is not waited for: the call has failed.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(20);
/// Spreads the callers that were asked to come back at the same moment.
const RETRY_AFTER_SPREAD: Duration = Duration::from_millis(250);

/// How often and how long a call is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries after the first one; by default 2.
    pub retries_max: u32,
    /// The wait before the first retry is at most so long, and each further one at most twice as long as the one before;
    /// by default 500 ms.
    pub first_wait: Duration,
    /// No wait is longer, but for one that the other side asked for; by default 32 s.
    pub wait_max: Duration,
    /// Longest `Retry-After` that is waited for; by default 20 s.
    pub retry_after_max: Duration,
    /// No retry begins later after the first try; by default only the caller's own limits bound the time.
    pub time_max: Option<Duration>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            retries_max: RETRIES,
            first_wait: FIRST_WAIT,
            wait_max: WAIT_MAX,
            retry_after_max: RETRY_AFTER_MAX,
            time_max: None,
        }
    }
}

impl RetryPolicy {
    /// How long to wait before the next try, when `retries` tries after the first one have failed and `elapsed` has passed
    /// since it began; `None` if there is to be no other. The other side may have asked for a pause of `retry_after`; if
    /// not, the wait is a random part of a bound that doubles ("full jitter",
    /// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>). `chance` is at least 0 and below 1.
    #[must_use]
    pub fn wait(
        &self,
        retries: u32,
        elapsed: Duration,
        retry_after: Option<Duration>,
        chance: f64,
    ) -> Option<Duration> {
        if retries >= self.retries_max {
            return None;
        }
        let wait = match retry_after {
            Some(asked) if asked > self.retry_after_max => return None,
            Some(asked) => asked.saturating_add(RETRY_AFTER_SPREAD.mul_f64(chance)),
            None => {
                let doubled = self.first_wait.checked_mul(2_u32.saturating_pow(retries));
                doubled.unwrap_or(self.wait_max).min(self.wait_max).mul_f64(chance)
            }
        };
        let begins = elapsed.saturating_add(wait);
        self.time_max.is_none_or(|time_max| begins <= time_max).then_some(wait)
    }
}

/// Whether the same request may succeed a moment later, by the answer's status: the server was not ready for it (408, 425),
/// has too many (429), or it, or what stands before it, failed (500, 502, 503, 504).
#[must_use]
pub fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502..=504)
}

/// Chance from the operating system.
pub(crate) fn system_jitter() -> Jitter {
    Arc::new(|| getrandom::u32().map_or(0.5, |bits| f64::from(bits) / (f64::from(u32::MAX) + 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_ms(policy: RetryPolicy, retries: u32, asked: Option<u64>, chance: f64) -> Option<u128> {
        let wait = policy.wait(retries, Duration::from_secs(1), asked.map(Duration::from_millis), chance);
        wait.map(|wait| wait.as_millis())
    }

    #[test]
    fn waits_are_parts_of_bounds_that_double_up_to_the_longest() {
        let policy = RetryPolicy { retries_max: 40, ..RetryPolicy::default() };
        for (retries, longest_ms) in [(0, 500), (1, 1_000), (2, 2_000), (6, 32_000), (7, 32_000), (39, 32_000)] {
            assert_eq!(wait_ms(policy, retries, None, 0.0), Some(0));
            assert_eq!(wait_ms(policy, retries, None, 0.5), Some(longest_ms / 2));
            assert_eq!(wait_ms(policy, retries, None, 1.0), Some(longest_ms));
        }
        assert_eq!(wait_ms(policy, 40, None, 0.0), None);
    }

    #[test]
    fn retry_after_is_waited_for_up_to_its_limit() {
        let policy = RetryPolicy::default();
        assert_eq!(wait_ms(policy, 0, Some(3_000), 0.0), Some(3_000));
        assert_eq!(wait_ms(policy, 1, Some(20_000), 1.0), Some(20_250));
        assert_eq!(wait_ms(policy, 0, Some(20_001), 0.0), None);
        assert_eq!(wait_ms(policy, 2, Some(0), 0.0), None, "two retries and no more");
    }

    #[test]
    fn no_retry_begins_when_the_time_is_over() {
        let policy = RetryPolicy { time_max: Some(Duration::from_millis(1_400)), ..RetryPolicy::default() };
        assert_eq!(wait_ms(policy, 0, None, 0.5), Some(250));
        assert_eq!(wait_ms(policy, 0, None, 0.9), None);
        assert_eq!(wait_ms(policy, 0, Some(400), 0.0), Some(400));
        assert_eq!(wait_ms(policy, 0, Some(401), 0.0), None);
    }

    #[test]
    fn what_the_other_side_may_get_over_is_tried_again() {
        let transient = (100..600).filter(|status| is_transient(StatusCode::from_u16(*status).unwrap()));
        assert_eq!(transient.collect::<Vec<_>>(), [408, 425, 429, 500, 502, 503, 504]);
    }

    #[test]
    fn the_system_gives_numbers_below_one() {
        let jitter = system_jitter();
        assert!((0..100).all(|_| (0.0..1.0).contains(&jitter())));
    }
}
