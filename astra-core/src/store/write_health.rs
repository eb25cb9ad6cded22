//! Whether the store takes writes, as the last ones tell; and while they fail, a write to try.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Mutex;

use super::error::{Error, Result};
use super::tx::Tx;
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

    /// Whether writes succeed: if the last one did not, `write` is tried, by one caller at a time.
    ///
    /// # Errors
    /// Why they do not.
    pub(super) async fn check<F: Future<Output = Result<()>>>(&self, write: impl FnOnce() -> F) -> Result<()> {
        if !self.is_failing.load(Ordering::Relaxed) {
            return Ok(());
        }
        let Ok(_trying) = self.trying.try_lock() else {
            return Err(Error::Unavailable("the last write failed, and another one is being tried".into()));
        };
        write().await
    }
}

/// Writes something and takes it back, with a commit.
pub(super) fn try_to_write(tx: &mut Tx<'_>) -> Result<()> {
    let insert = "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ($1, $2, '', 0)";
    tx.execute(insert, params![NO_VERSION, "x".repeat(ROOM).as_str()])?;
    tx.execute("DELETE FROM schema_migrations WHERE version = $1", params![NO_VERSION]).map(drop)
}
