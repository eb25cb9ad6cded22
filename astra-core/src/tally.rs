//! How many things each caller has going on at once, and how many it may have: turns, streams.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many callers can be counted at the same moment.
const SHARDS: usize = 16;

/// Counts by caller. A caller with nothing going on takes no memory.
#[derive(Default)]
pub struct Tally {
    hasher: RandomState,
    shards: [Mutex<HashMap<u64, u32>>; SHARDS],
}

/// One of the things that a caller has going on, until it is dropped.
pub struct Share {
    tally: Arc<Tally>,
    key: u64,
}

impl Tally {
    /// Counts one more of `who`'s; `None` if it has `most` already.
    #[must_use]
    pub fn take(self: &Arc<Self>, who: impl Hash, most: u32) -> Option<Share> {
        let key = self.hasher.hash_one(who);
        let mut shard = self.shard(key);
        let count = shard.entry(key).or_insert(0);
        if *count >= most {
            if *count == 0 {
                shard.remove(&key);
            }
            return None;
        }
        *count += 1;
        drop(shard);
        Some(Share { tally: Arc::clone(self), key })
    }

    /// How many things all callers have going on.
    #[must_use]
    pub fn sum(&self) -> u64 {
        let count = |shard: &Mutex<HashMap<u64, u32>>| {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.values().map(|count| u64::from(*count)).sum::<u64>()
        };
        self.shards.iter().map(count).sum()
    }

    fn shard(&self, key: u64) -> MutexGuard<'_, HashMap<u64, u32>> {
        let shard = &self.shards[usize::try_from(key % SHARDS as u64).unwrap_or_default()];
        // A panic elsewhere leaves the map whole: each change is one operation.
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut shard = self.tally.shard(self.key);
        if let Some(count) = shard.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                shard.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_count_and_what_ends_is_free_again() {
        let tally = Arc::<Tally>::default();
        let first = tally.take("a", 2);
        let second = tally.take("a", 2);
        assert!(first.is_some() && second.is_some() && tally.take("a", 2).is_none());
        let other = tally.take("b", 1);
        assert_eq!(tally.sum(), 3);
        assert!(other.is_some() && tally.take("b", 1).is_none() && tally.take("c", 0).is_none());
        drop(first);
        assert!(tally.take("a", 2).is_some());
        drop((second, other));
        assert!(tally.shards.iter().all(|shard| shard.lock().unwrap().is_empty()));
    }
}
