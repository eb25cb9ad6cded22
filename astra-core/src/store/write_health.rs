//! Whether the store takes writes, as the last ones tell; and while they fail, a write to try.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Mutex;

use super::db::{Db, Tx};
use super::error::{Error, Result};
use crate::params;

/// What the write that is tried needs, in bytes: with less room the store is full.
const ROOM: usize = 64 * 1024;
/// The version of no migration: its row is never committed.
const NO_VERSION: i64 = -1;

/// How the last write went.
#[derive(Default)]
pub(super) struct WriteHealth {
    is_failing: AtomicBool,
    /// Held by the one that tries.
    trying: Mutex<()>,
}

impl WriteHealth {
    /// Takes note of how a write went. What was wrong with the work itself says nothing of the store.
    pub(super) fn note<T>(&self, outcome: &Result<T>) {
        let is_failing = match outcome {
            Ok(_) => false,
            Err(Error::Full(_) | Error::Unavailable(_) | Error::Uncertain(_)) => true,
            Err(_) => return,
        };
        // Read first: the flag is shared by all threads and hardly ever changes.
        if self.is_failing.load(Ordering::Relaxed) != is_failing {
            self.is_failing.store(is_failing, Ordering::Relaxed);
        }
    }
}

impl Db {
    /// Whether the store takes writes. As long as they succeed this costs nothing; after one that failed because the store
    /// is locked, full or gone, a write is tried, by one caller at a time.
    ///
    /// # Errors
    /// Why it takes none.
    pub async fn check_writes(&self) -> Result<()> {
        let health = self.write_health();
        if !health.is_failing.load(Ordering::Relaxed) {
            return Ok(());
        }
        let Ok(_trying) = health.trying.try_lock() else {
            return Err(Error::Unavailable("the last write failed, and another one is being tried".into()));
        };
        self.write(try_to_write).await
    }
}

/// Writes something and takes it back, with a commit.
fn try_to_write(tx: &mut Tx<'_>) -> Result<()> {
    let insert = "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ($1, $2, '', 0)";
    tx.execute(insert, params![NO_VERSION, "x".repeat(ROOM).as_str()])?;
    tx.execute("DELETE FROM schema_migrations WHERE version = $1", params![NO_VERSION]).map(drop)
}
