//! When a session is over by itself.

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// When a session is over by itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lifetime {
    /// After so many milliseconds without a message.
    pub idle_ms: Option<i64>,
    /// Hour of the day (UTC) at which the session ends.
    pub reset_hour: Option<u32>,
}

impl Lifetime {
    pub(super) const fn is_endless(self) -> bool {
        self.idle_ms.is_none() && self.reset_hour.is_none()
    }

    /// Whether the session's time is up: idle for too long, or a daily reset since its last message.
    pub(super) fn is_over(self, last_active_at_ms: i64, now_ms: i64) -> bool {
        let idle = self.idle_ms.is_some_and(|idle_ms| now_ms - last_active_at_ms >= idle_ms);
        let reset = self.reset_hour.is_some_and(|hour| {
            let offset = i64::from(hour) * HOUR_MS;
            let last_reset = (now_ms - offset).div_euclid(DAY_MS) * DAY_MS + offset;
            last_active_at_ms < last_reset
        });
        idle || reset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_after_its_idle_time() {
        let lifetime = Lifetime { idle_ms: Some(60_000), reset_hour: None };
        assert!(!lifetime.is_over(0, 59_999));
        assert!(lifetime.is_over(0, 60_000));
    }

    #[test]
    fn a_session_ends_at_the_hour_of_its_daily_reset() {
        let lifetime = Lifetime { idle_ms: None, reset_hour: Some(4) };
        let (three, four, five) = (DAY_MS + 3 * HOUR_MS, DAY_MS + 4 * HOUR_MS, DAY_MS + 5 * HOUR_MS);
        assert!(!lifetime.is_over(three, three + 1));
        assert!(lifetime.is_over(three, four));
        assert!(!lifetime.is_over(four, five));
        assert!(lifetime.is_over(five, five + DAY_MS));
    }
}
