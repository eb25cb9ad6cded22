//! How often one account may be tried: a leaky bucket (GCRA) for each name, known or not, in bounded memory.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

/// How many names are remembered at once, 24 bytes each.
const NAMES_MAX: usize = 100_000;
const MINUTE_MS: i64 = 60_000;

/// Counts attempts by name.
pub(super) struct AttemptLimit {
    per_minute: i64,
    /// Keyed by chance, so that nobody can choose names that fall together.
    hasher: RandomState,
    /// When the bucket of a name will be empty, in milliseconds of the monotonic clock.
    empty_at: Mutex<HashMap<u64, i64>>,
}

impl AttemptLimit {
    pub(super) fn new(per_minute: u32) -> Self {
        Self {
            per_minute: i64::from(per_minute.max(1)),
            hasher: RandomState::new(),
            empty_at: Mutex::new(HashMap::new()),
        }
    }

    /// Counts an attempt on `name` at `now_ms` of the monotonic clock; `Err` is the time to wait, in seconds, when there were too many.
    pub(super) fn attempt(&self, name: &str, now_ms: i64) -> Result<(), u64> {
        let key = self.hasher.hash_one(name);
        let mut buckets = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= NAMES_MAX && !buckets.contains_key(&key) {
            buckets.retain(|_, empty_at| *empty_at > now_ms);
            if buckets.len() >= NAMES_MAX {
                // To forget is the lesser evil: to fill the table again costs an attacker as many requests.
                buckets.clear();
            }
        }
        let drop_ms = (MINUTE_MS / self.per_minute).max(1);
        let empty_at = buckets.entry(key).or_insert(now_ms);
        let filled = (*empty_at).max(now_ms) + drop_ms;
        let excess_ms = filled - now_ms - MINUTE_MS;
        if excess_ms > 0 {
            return Err(u64::try_from(excess_ms).unwrap_or_default().div_ceil(1000));
        }
        *empty_at = filled;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_limited_by_the_minute_and_alone() {
        let limit = AttemptLimit::new(3);
        for _ in 0..3 {
            assert_eq!(limit.attempt("ada", 1_000), Ok(()));
        }
        assert_eq!(limit.attempt("ada", 1_000), Err(20));
        assert_eq!(limit.attempt("bob", 1_000), Ok(()));
        assert_eq!(limit.attempt("ada", 20_999), Err(1));
        assert_eq!(limit.attempt("ada", 21_000), Ok(()));
        assert_eq!(limit.attempt("ada", 21_000), Err(20));
    }

    #[test]
    fn a_flood_of_names_stays_within_its_memory() {
        let limit = AttemptLimit::new(1);
        for number in 0..NAMES_MAX + 10 {
            assert_eq!(limit.attempt(&number.to_string(), 0), Ok(()));
        }
        assert!(limit.empty_at.lock().unwrap().len() <= NAMES_MAX);
    }
}
