//! Questions of which nothing more is to be remembered: a user has asked them in the same words before, they are found, and they
//! held nothing else. What scripts and load tests ask again and again is neither written nor found a hundred times.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashlink::LruCache;

use crate::store::TierSet;

/// Questions that are known; beyond that the one that was asked longest ago is forgotten.
const REPEATS_MAX: usize = 16_384;

/// The key of the turn that has asked a question first, by a hash of whose question it is.
#[derive(Debug)]
pub(super) struct Repeats {
    first: Mutex<LruCache<u64, i64>>,
    hasher: RandomState,
}

impl Default for Repeats {
    fn default() -> Self {
        Self { first: Mutex::new(LruCache::new(REPEATS_MAX)), hasher: RandomState::new() }
    }
}

impl Repeats {
    /// The turn that has asked the question first, of those that are known.
    pub(super) fn find(&self, workspace: i64, subject: i64, tiers: TierSet, question: &str) -> Option<i64> {
        self.first().get(&self.key(workspace, subject, tiers, question)).copied()
    }

    /// Notes the turn of a question that held nothing else.
    pub(super) fn note(&self, workspace: i64, subject: i64, tiers: TierSet, question: &str, turn: i64) {
        self.first().insert(self.key(workspace, subject, tiers, question), turn);
    }

    fn key(&self, workspace: i64, subject: i64, tiers: TierSet, question: &str) -> u64 {
        self.hasher.hash_one((workspace, subject, tiers, question))
    }

    fn first(&self) -> MutexGuard<'_, LruCache<u64, i64>> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
