//! Moves SQLite's write-ahead log into the database beside the writer, so that no commit waits for it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use super::error::{Error, Result};
use super::sqlite::{BUSY_TIMEOUT, classify, configure};

/// Pages in the log that call for a checkpoint beside the writer (4 KiB each).
const CHECKPOINT_PAGES: u64 = 2_000;
/// Pages at which the writer itself empties the log, so that it cannot grow for ever.
const RESTART_PAGES: u64 = 50_000;
/// How long the writer waits then for readers that still look at the log.
const RESTART_PATIENCE: Duration = Duration::from_millis(20);

/// The thread that checkpoints, and when to wake it.
pub(super) struct Checkpoints {
    pages: Arc<AtomicU64>,
    restart_at: u64,
    wake: Option<SyncSender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Checkpoints {
    /// Watches `writer`, the one connection that writes to the database at `path`.
    pub(super) fn start(path: &Path, writer: &mut Connection) -> Result<Self> {
        let pages = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&pages);
        let count = move |_: &mut Wal, pages: std::ffi::c_int| {
            counter.store(u64::try_from(pages).unwrap_or_default(), Ordering::Relaxed);
            Ok(())
        };
        writer.wal_hook(Some(count)).map_err(classify)?;
        let connection = Connection::open(path).map_err(classify)?;
        configure(&connection)?;
        let (wake, waiting) = sync_channel::<()>(1);
        let checkpoint = move || {
            while waiting.recv().is_ok() {
                if let Err(fault) = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)") {
                    tracing::warn!(error = %fault, "the store's checkpoint failed");
                }
            }
        };
        let thread = thread::Builder::new().name("store-checkpoint".into()).spawn(checkpoint).map_err(Error::broken)?;
        Ok(Self { pages, restart_at: RESTART_PAGES, wake: Some(wake), thread: Some(thread) })
    }

    /// To be called by the writer after each commit.
    pub(super) fn after_commit(&mut self, writer: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < CHECKPOINT_PAGES {
            return;
        }
        if let Some(wake) = &self.wake {
            let _ = wake.try_send(());
        }
        if pages >= self.restart_at {
            // A reader that looks for long keeps the log: ask again only when it has grown by as much once more.
            self.restart_at = match restart(writer) {
                Ok(true) => RESTART_PAGES,
                Ok(false) => pages + RESTART_PAGES,
                Err(fault) => {
                    tracing::warn!(error = %fault, "the store's write-ahead log could not be emptied");
                    pages + RESTART_PAGES
                }
            };
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Empties the log; false if readers were in the way.
fn restart(writer: &Connection) -> rusqlite::Result<bool> {
    writer.busy_timeout(RESTART_PATIENCE)?;
    let outcome = writer.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get::<_, i64>(0));
    writer.busy_timeout(BUSY_TIMEOUT)?;
    Ok(outcome? == 0)
}
