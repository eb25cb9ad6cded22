//! Tokens that were found good, by their hash, so that a token seen again costs a look at the epoch and no more.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::identity::Identity;

/// The cache is in parts, so that threads do not wait for each other.
const SHARDS: usize = 16;
/// How many tokens a part remembers.
const TOKENS_PER_SHARD: usize = 1_024;
/// How often a token's use is noted at the most.
const NOTE_EVERY_MS: i64 = 60_000;

/// What a token is, and for how long that is certain.
pub(super) struct Verified {
    pub(super) identity: Arc<Identity>,
    /// The epoch under which it was verified.
    pub(super) epoch: i64,
    /// When it ends, in milliseconds since the epoch of Unix.
    pub(super) good_until_ms: i64,
    /// The row of a service account's token, whose use is noted.
    pub(super) noted: Option<NotedUse>,
}

/// When the use of a service account's token was last noted.
pub(super) struct NotedUse {
    pub(super) token_id: String,
    pub(super) last_ms: AtomicI64,
}

/// The cache.
#[derive(Default)]
pub(super) struct VerifiedTokens {
    shards: [RwLock<HashMap<[u8; 32], Arc<Verified>>>; SHARDS],
}

impl VerifiedTokens {
    /// The token of this hash, if it is certain to be good under `epoch` at `now_ms`.
    pub(super) fn get(&self, hash: &[u8; 32], epoch: i64, now_ms: i64) -> Option<Arc<Verified>> {
        let shard = self.shard(hash).read().unwrap_or_else(PoisonError::into_inner);
        let known = shard.get(hash)?;
        (known.epoch == epoch && now_ms < known.good_until_ms).then(|| Arc::clone(known))
    }

    /// Remembers a token.
    pub(super) fn put(&self, hash: [u8; 32], verified: Arc<Verified>, now_ms: i64) {
        let mut shard = self.shard(&hash).write().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= TOKENS_PER_SHARD && !shard.contains_key(&hash) {
            let epoch = verified.epoch;
            shard.retain(|_, known| known.epoch == epoch && now_ms < known.good_until_ms);
            if shard.len() >= TOKENS_PER_SHARD {
                shard.clear();
            }
        }
        shard.insert(hash, verified);
    }

    fn shard(&self, hash: &[u8; 32]) -> &RwLock<HashMap<[u8; 32], Arc<Verified>>> {
        &self.shards[usize::from(hash[0]) % SHARDS]
    }
}

impl NotedUse {
    /// Whether this use is to be noted; true at most once a minute.
    pub(super) fn is_due(&self, now_ms: i64) -> bool {
        let last_ms = self.last_ms.load(Ordering::Relaxed);
        // A clock that was set back must not keep it from being noted.
        !(0..NOTE_EVERY_MS).contains(&(now_ms - last_ms))
            && self.last_ms.compare_exchange(last_ms, now_ms, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}
