//! Those who ask, by number: rows name a user, a service account or a host program's user by a number instead of a text. The
//! numbers of those who have asked lately are kept in memory.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hashlink::LruCache;

use super::error::{Error, Result};
use super::tx::Tx;
use crate::params;

/// How many of the texts that were asked for last are kept, of about 150 bytes each.
const KNOWN_MAX: usize = 32_768;

/// Numbers of rows that are in the store, by their texts.
pub(super) struct KnownNumbers(Mutex<Known>);

struct Known {
    /// Of all credentials, when they were read: that of workspaces, which may be deleted.
    epoch: i64,
    numbers: LruCache<Box<str>, i64>,
}

impl Default for KnownNumbers {
    fn default() -> Self {
        Self(Mutex::new(Known { epoch: 0, numbers: LruCache::new(KNOWN_MAX) }))
    }
}

impl KnownNumbers {
    /// The number of a text that was asked for lately.
    pub(super) fn get(&self, id: &str) -> Option<i64> {
        self.known().numbers.get(id).copied()
    }

    /// As [`KnownNumbers::get`], of those that were read under this epoch of all credentials; what was read before goes.
    pub(super) fn get_at(&self, epoch: i64, id: &str) -> Option<i64> {
        let mut known = self.known();
        if known.epoch != epoch {
            known.epoch = epoch;
            known.numbers.clear();
        }
        known.numbers.get(id).copied()
    }

    /// As [`KnownNumbers::keep`], of a row that was read under this epoch of all credentials.
    pub(super) fn keep_at(&self, epoch: i64, id: &str, number: i64) {
        let mut known = self.known();
        if known.epoch == epoch {
            known.numbers.insert(Box::from(id), number);
        }
    }

    /// Keeps the number of a row that is committed.
    pub(super) fn keep(&self, id: &str, number: i64) {
        let mut known = self.known();
        if known.numbers.get(id).is_none() {
            known.numbers.insert(Box::from(id), number);
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of a subject, which gets `candidate` if it has none yet.
pub(super) fn ensure(tx: &mut Tx<'_>, id: &str, candidate: i64) -> Result<i64> {
    let mut tx = tx.unscoped();
    if let Some(number) = find(&mut tx, id)? {
        return Ok(number);
    }
    let sql = "INSERT INTO subjects (number, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    tx.execute(sql, params![candidate, id])?;
    find(&mut tx, id)?.ok_or_else(|| Error::Retry("another gateway has just written the same subject".into()))
}

/// The number of a subject, in a transaction of no workspace.
pub(super) fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<i64>> {
    tx.first("SELECT number FROM subjects WHERE id = $1", params![id])?.map(|mut row| row.next_int()).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_bounded_and_keeps_those_who_ask() {
        let numbers = KnownNumbers::default();
        let count = 4 * i64::try_from(KNOWN_MAX).unwrap();
        numbers.keep("usr_often", 7);
        for number in 0..count {
            numbers.keep(&format!("usr_{number}"), number);
            assert_eq!(numbers.get("usr_often"), Some(7));
        }
        assert_eq!(numbers.known().numbers.len(), KNOWN_MAX);
        assert_eq!(numbers.get("usr_0"), None);
        assert_eq!(numbers.get(&format!("usr_{}", count - 1)), Some(count - 1));
    }
}
