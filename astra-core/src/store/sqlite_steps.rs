//! A limit for how much SQLite does on a thread that must not be held up. It counts the instructions of SQLite's virtual machine,
//! so that the same work always meets it or never does, however busy the machine is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::Connection;

use super::error::Result;
use super::sqlite_handle::classify;

/// After so many instructions of a statement SQLite asks whether to go on.
const STEP: i32 = 1_000;
/// How often it may ask. A turn's writes take about one step, and a thousand deleted rows fifty.
const STEPS_MAX: u32 = 10;
const UNLIMITED: u32 = u32::MAX;

/// Steps that are left: [`UNLIMITED`], or none once the work was cut short.
pub(super) struct Steps(Arc<AtomicU32>);

impl Steps {
    /// Counts what `connection` does, without a limit at first.
    pub(super) fn count(connection: &mut Connection) -> Result<Self> {
        let left = Arc::new(AtomicU32::new(UNLIMITED));
        let counter = Arc::clone(&left);
        let is_over = move || {
            let left = counter.load(Ordering::Relaxed);
            if left != UNLIMITED {
                counter.store(left.saturating_sub(1), Ordering::Relaxed);
            }
            left <= 1
        };
        connection.progress_handler(STEP, Some(is_over)).map_err(classify)?;
        Ok(Self(left))
    }

    /// Limits what is done from now on.
    pub(super) fn limit(&self) {
        self.0.store(STEPS_MAX, Ordering::Relaxed);
    }

    /// Ends the limit; whether it has cut work short.
    pub(super) fn lift(&self) -> bool {
        self.0.swap(UNLIMITED, Ordering::Relaxed) == 0
    }
}
