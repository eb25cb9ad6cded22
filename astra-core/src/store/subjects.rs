//! Those who ask, by number: rows name a user, a service account or a host program's user by a number instead of a text. The
//! numbers of those who have asked lately are kept in memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::db::{Db, Tx};
use super::error::{Error, Result};
use crate::params;

/// How many subjects each of the two halves of the memory holds: at most 32,768 in all, of about 100 bytes.
const KNOWN_MAX: usize = 16_384;

/// Numbers of rows that are in the store, by their texts. When the young half is full, it becomes the old one, which is forgotten.
#[derive(Default)]
pub(super) struct KnownNumbers {
    halves: Mutex<Halves>,
}

#[derive(Default)]
struct Halves {
    young: HashMap<Box<str>, i64>,
    old: HashMap<Box<str>, i64>,
}

impl KnownNumbers {
    /// The number of a text that was asked for lately.
    pub(super) fn get(&self, id: &str) -> Option<i64> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = halves.young.get(id) {
            return Some(*number);
        }
        let number = halves.old.get(id).copied()?;
        halves.keep(id, number);
        Some(number)
    }

    /// Keeps the number of a row that is committed.
    pub(super) fn keep(&self, id: &str, number: i64) {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner).keep(id, number);
    }
}

impl Halves {
    fn keep(&mut self, id: &str, number: i64) {
        if self.young.contains_key(id) {
            return;
        }
        if self.young.len() >= KNOWN_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(Box::from(id), number);
    }
}

impl Db {
    pub(super) fn workspace_numbers(&self) -> &KnownNumbers {
        match self {
            Self::Sqlite(sqlite) => &sqlite.workspaces,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => &postgres.workspaces,
        }
    }

    pub(super) fn subject_numbers(&self) -> &KnownNumbers {
        match self {
            Self::Sqlite(sqlite) => &sqlite.subjects,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => &postgres.subjects,
        }
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

fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<i64>> {
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
        let halves = numbers.halves.lock().unwrap();
        assert!(halves.young.len() + halves.old.len() <= 2 * KNOWN_MAX);
        drop(halves);
        assert_eq!(numbers.get("usr_0"), None);
        assert_eq!(numbers.get(&format!("usr_{}", count - 1)), Some(count - 1));
    }
}
