//! Questions of which nothing more is to be remembered: a user has asked them in the same words before, they are found, and they
//! held nothing else. What scripts and load tests ask again and again is neither written nor found a hundred times.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashlink::LruCache;

use super::Memory;
use crate::store::{PendingTurn, Rows, TierSet};

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
    fn key(&self, workspace: i64, subject: i64, tiers: TierSet, question: &str) -> u64 {
        self.hasher.hash_one((workspace, subject, tiers, question))
    }

    fn first(&self) -> MutexGuard<'_, LruCache<u64, i64>> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    /// Whether a question adds nothing to what is remembered: the same user has asked it in the same words, and that is still
    /// found.
    #[must_use]
    pub fn is_repeat(&self, rows: &Rows, subject: i64, tiers: TierSet, question: &str) -> bool {
        let workspace = rows.workspace().number();
        let key = self.repeats.key(workspace, subject, tiers, question);
        let first = self.repeats.first().get(&key).copied();
        first.is_some_and(|first| self.directory().holds(workspace, first))
    }

    /// Notes a turn of which nothing was to be remembered but its question.
    pub(super) fn note_plain(&self, turn: &PendingTurn) {
        let key = self.repeats.key(turn.workspace.number(), turn.subject, turn.remember.tiers, &turn.question);
        self.repeats.first().insert(key, turn.lease.turn_id.key());
    }
}
