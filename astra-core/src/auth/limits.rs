//! How often a secret may be tried in vain: leaky buckets (GCRA) for each account and network, and for each account alone,
//! known or not, in bounded memory. What succeeds is not counted.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::config::LimitsConfig;

/// How many buckets are remembered at once, 24 bytes each.
const BUCKETS_MAX: usize = 100_000;
const MINUTE_MS: i64 = 60_000;

/// The addresses that count as one: a /24 of IPv4, a /64 of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientNetwork(u128);

impl ClientNetwork {
    /// The network of a client's address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(u128::from(u32::from(address) >> 8)),
            // Bit 127 keeps it apart from every network of IPv4.
            IpAddr::V6(address) => Self(u128::from(address) >> 64 | 1 << 127),
        }
    }

    /// The same for the same network, to be hashed.
    pub(super) const fn bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }
}

/// Counts attempts that fail.
pub(super) struct AttemptLimit {
    /// Failures a minute of one account from one network.
    by_network: i64,
    /// Failures a minute of one account from all networks.
    by_account: i64,
    /// Keyed by chance, so that names that fall together cannot be chosen.
    hasher: RandomState,
    /// When the bucket of a name will be empty, in milliseconds of the monotonic clock.
    empty_at: Mutex<HashMap<u64, i64>>,
}

/// An attempt that is counted as failed until it is said to have succeeded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    by_network: Option<u64>,
    by_account: Option<u64>,
}

impl AttemptLimit {
    pub(super) fn new(config: &LimitsConfig) -> Self {
        Self {
            by_network: i64::from(config.auth_account_attempts_per_min.max(1)),
            by_account: i64::from(config.auth_account_failures_per_min.max(1)),
            hasher: RandomState::new(),
            empty_at: Mutex::new(HashMap::new()),
        }
    }

    /// A hash of `name` from which it cannot be derived, the same as long as the gateway runs.
    pub(super) fn hash(&self, name: &str) -> u64 {
        self.hasher.hash_one(("log", name))
    }

    /// Counts an attempt on `name` from `network` at `now_ms` of the monotonic clock; `Err` is the time to wait, in seconds, when too many have failed.
    pub(super) fn attempt(&self, name: &str, network: ClientNetwork, now_ms: i64) -> Result<Attempt, u64> {
        let by_network = self.hasher.hash_one((name, network));
        let by_account = self.hasher.hash_one(name);
        let mut buckets = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut buckets, now_ms);
        fill(&mut buckets, by_network, self.by_network, now_ms)?;
        let filled = fill(&mut buckets, by_account, self.by_account, now_ms);
        if filled.is_err() {
            empty(&mut buckets, by_network, self.by_network);
        }
        filled.map(|()| Attempt { by_network: Some(by_network), by_account: Some(by_account) })
    }

    /// What was counted for `attempt` does not count: it succeeded, or was not made.
    pub(super) fn forgive(&self, attempt: Attempt) {
        let mut buckets = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, per_minute) in [(attempt.by_network, self.by_network), (attempt.by_account, self.by_account)] {
            if let Some(key) = key {
                empty(&mut buckets, key, per_minute);
            }
        }
    }
}

impl Attempt {
    /// One of a client whom no limit concerns.
    pub(super) const UNCOUNTED: Self = Self { by_network: None, by_account: None };
}

/// Two buckets more must fit. To forget is the lesser evil: to fill the table again costs an attacker as many requests.
fn make_room(buckets: &mut HashMap<u64, i64>, now_ms: i64) {
    if buckets.len() + 2 > BUCKETS_MAX {
        buckets.retain(|_, empty_at| *empty_at > now_ms);
        if buckets.len() + 2 > BUCKETS_MAX {
            buckets.clear();
        }
    }
}

/// Puts a drop into a bucket; `Err` is the time until there is room for one, in seconds.
fn fill(buckets: &mut HashMap<u64, i64>, key: u64, per_minute: i64, now_ms: i64) -> Result<(), u64> {
    let empty_at = buckets.entry(key).or_insert(now_ms);
    let filled = (*empty_at).max(now_ms) + drop_ms(per_minute);
    let excess_ms = filled - now_ms - MINUTE_MS;
    if excess_ms > 0 {
        return Err(u64::try_from(excess_ms).unwrap_or_default().div_ceil(1000));
    }
    *empty_at = filled;
    Ok(())
}

/// Takes a drop out again.
fn empty(buckets: &mut HashMap<u64, i64>, key: u64, per_minute: i64) {
    if let Some(empty_at) = buckets.get_mut(&key) {
        *empty_at -= drop_ms(per_minute);
    }
}

fn drop_ms(per_minute: i64) -> i64 {
    (MINUTE_MS / per_minute).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(by_network: u32, by_account: u32) -> AttemptLimit {
        AttemptLimit::new(&LimitsConfig {
            auth_account_attempts_per_min: by_network,
            auth_account_failures_per_min: by_account,
            ..LimitsConfig::default()
        })
    }

    fn from(address: &str) -> ClientNetwork {
        ClientNetwork::of(address.parse().unwrap())
    }

    #[test]
    fn a_name_is_limited_by_the_minute_from_one_network() {
        let (limit, here, there) = (limit(3, 100), from("203.0.113.1"), from("198.51.100.1"));
        for _ in 0..3 {
            assert!(limit.attempt("ada", here, 1_000).is_ok());
        }
        assert_eq!(limit.attempt("ada", from("203.0.113.254"), 1_000).err(), Some(20));
        assert!(limit.attempt("ada", there, 1_000).is_ok());
        assert!(limit.attempt("bob", here, 1_000).is_ok());
        assert_eq!(limit.attempt("ada", here, 20_999).err(), Some(1));
        assert!(limit.attempt("ada", here, 21_000).is_ok());
        assert_eq!(limit.attempt("ada", here, 21_000).err(), Some(20));
    }

    #[test]
    fn a_name_is_limited_from_all_networks_together() {
        let limit = limit(3, 5);
        let from_each = (0..5).filter(|number| limit.attempt("ada", from(&format!("10.0.{number}.1")), 0).is_ok());
        assert_eq!(from_each.count(), 5);
        assert_eq!(limit.attempt("ada", from("10.0.9.1"), 0).err(), Some(12));
        assert!(limit.attempt("bob", from("10.0.9.1"), 0).is_ok());
    }

    #[test]
    fn what_succeeds_does_not_count() {
        let (limit, here) = (limit(1, 1), from("::1"));
        for _ in 0..10 {
            let attempt = limit.attempt("ada", here, 0).unwrap();
            limit.forgive(attempt);
        }
        assert!(limit.attempt("ada", here, 0).is_ok());
        assert!(limit.attempt("ada", here, 0).is_err());
    }

    #[test]
    fn networks_are_those_of_a_site() {
        assert_eq!(from("203.0.113.1"), from("203.0.113.254"));
        assert_eq!(from("203.0.113.1"), from("::ffff:203.0.113.9"));
        assert_ne!(from("203.0.113.1"), from("203.0.114.1"));
        assert_eq!(from("2001:db8::1"), from("2001:db8::ffff"));
        assert_ne!(from("2001:db8::1"), from("2001:db8:0:1::1"));
        assert_ne!(from("0.0.0.1"), from("::"));
    }

    #[test]
    fn a_flood_of_names_stays_within_its_memory() {
        let limit = limit(1, 1);
        for number in 0..BUCKETS_MAX {
            assert!(limit.attempt(&number.to_string(), from("::1"), 0).is_ok());
        }
        assert!(limit.empty_at.lock().unwrap().len() <= BUCKETS_MAX);
    }
}
