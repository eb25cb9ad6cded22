//! When a call is sent again, and how long is waited before.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::Error;
use crate::identifiers::random;

const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(8);
/// A server that asks for a longer wait than this is not asked again.
const LONGEST_WISH: Duration = Duration::from_secs(60);

/// Why one attempt failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// Whether not even a connection came about, so that nothing can have happened.
    pub(crate) is_unsent: bool,
}

impl Failure {
    /// How long to wait before the attempt number `attempt`, counted from nought, or nothing if there shall be none.
    /// What `is_repeatable` may be sent twice without harm.
    pub(crate) fn delay(&self, is_repeatable: bool, attempt: u32) -> Option<Duration> {
        let may_be_repeated = match &self.error {
            Error::Connection { .. } => self.is_unsent || is_repeatable,
            Error::Api(error) => match error.status() {
                // Refused before any work was done.
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => true,
                StatusCode::REQUEST_TIMEOUT
                | StatusCode::INTERNAL_SERVER_ERROR
                | StatusCode::BAD_GATEWAY
                | StatusCode::GATEWAY_TIMEOUT => is_repeatable,
                _ => false,
            },
            _ => false,
        };
        if !may_be_repeated {
            return None;
        }
        match self.error.retry_after() {
            Some(wish) if wish > LONGEST_WISH => None,
            Some(wish) => Some(wish),
            None => Some(backoff(FIRST_DELAY, attempt)),
        }
    }
}

/// Twice as long each time, and never the same for two.
pub(crate) fn backoff(first: Duration, attempt: u32) -> Duration {
    let full = first
        .saturating_mul(2_u32.saturating_pow(attempt))
        .min(LONGEST_DELAY.max(first));
    let share = u32::try_from(random() % 1000).unwrap_or_default();
    full / 2 + full / 2 * share / 1000
}

/// The delay of a stream's next attempt, if the server did not say any.
pub(crate) fn first_delay() -> Duration {
    FIRST_DELAY
}

/// The wish in `Retry-After`: seconds, or a date.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let wish = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = wish.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(Duration::from_secs(seconds_of_date(wish)?).saturating_sub(now))
}

/// The seconds since the epoch of an HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn seconds_of_date(date: &str) -> Option<u64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let words: Vec<&str> = date
        .split([' ', ':'])
        .filter(|word| !word.is_empty())
        .collect();
    let [_, day, month, year, hour, minute, second, "GMT"] = words.as_slice() else {
        return None;
    };
    let month = u64::try_from(MONTHS.find(month)?).ok()? / 3;
    let [day, year, hour, minute, second] =
        [day, year, hour, minute, second].map(|word| word.parse::<u64>());
    let (day, year) = (
        day.ok()?,
        year.ok().filter(|year| (1970..=9999).contains(year))?,
    );
    // Years begin in March, so that the day more of a leap year is their last.
    let (year, month) = if month < 2 {
        (year - 1, month + 10)
    } else {
        (year, month - 2)
    };
    let days_before_year = year * 365 + year / 4 - year / 100 + year / 400;
    let days = (days_before_year + (month * 306 + 5) / 10 + day).checked_sub(719_469)?;
    Some(((days * 24 + hour.ok()?) * 60 + minute.ok()?) * 60 + second.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        assert_eq!(
            seconds_of_date("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777)
        );
        assert_eq!(seconds_of_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(
            seconds_of_date("Tue, 29 Feb 2028 23:59:59 GMT"),
            Some(1_835_481_599)
        );
        assert_eq!(seconds_of_date("tomorrow"), None);
    }

    #[test]
    fn delays_double_up_to_a_bound() {
        for (attempt, longest) in [(0, 500), (1, 1000), (3, 4000), (4, 8000), (40, 8000)] {
            let delay = backoff(FIRST_DELAY, attempt).as_millis();
            assert!(
                delay >= longest / 2 && delay <= longest,
                "{attempt}: {delay}"
            );
        }
    }
}
