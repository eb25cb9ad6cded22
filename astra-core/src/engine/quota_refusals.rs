//! The quotas of which it is known that they were said to be exceeded in this hour: another turn that is refused costs no write.

use std::sync::{Mutex, PoisonError};

use hashlink::LruCache;

use crate::store::events::QuotaKind;

/// How many quotas it is known of that they were said to be exceeded.
const KNOWN_MAX: usize = 4_096;

/// The hour in which each quota was last said to be exceeded, by workspace, agent (none for the workspace's own) and quota.
pub(super) struct KnownRefusals(Mutex<LruCache<(i64, String, &'static str), i64>>);

impl Default for KnownRefusals {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(KNOWN_MAX)))
    }
}

impl KnownRefusals {
    /// Whether it is the first of its hour, as far as this gateway knows; from now on it is known.
    pub(super) fn is_first(&self, workspace: i64, agent_id: &str, quota: QuotaKind, hour: i64) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((workspace, agent_id.to_owned(), quota.as_str()), hour) != Some(hour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_said_to_be_exceeded_once_an_hour() {
        let known = KnownRefusals::default();
        let is_first = |agent_id: &str, hour| known.is_first(1, agent_id, QuotaKind::TokensPerHour, hour);
        assert!(is_first("a", 1) && !is_first("a", 1) && is_first("a", 2) && is_first("b", 2));
        assert!(
            known.is_first(1, "a", QuotaKind::TokensPerDay, 2) && known.is_first(2, "a", QuotaKind::TokensPerHour, 2)
        );
    }
}
