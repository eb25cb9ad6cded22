//! Moves SQLite's write-ahead log into the database beside the writer, so that no commit waits for it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use super::error::{Error, Result};
use super::sqlite::{classify, configure};

/// Pages in the log that call for a checkpoint beside the writer (4 KiB each). The pages that every transaction changes are
/// in the log many times and are moved once: often is dear.
const CHECKPOINT_PAGES: u64 = 4_000;
/// After so many more pages the writer tries again what a reader was in the way of.
const AGAIN_PAGES: u64 = 1_000;
/// Pages at which the writer waits for readers, so that the log cannot grow for ever.
const RESTART_PAGES: u64 = 50_000;
/// How long it waits then.
const RESTART_PATIENCE: Duration = Duration::from_millis(20);

/// The thread that checkpoints, and when to wake it.
pub(super) struct Checkpoints {
    /// Pages in the log.
    pages: Arc<AtomicU64>,
    /// Whether the thread has moved what it was woken for.
    is_moved: Arc<AtomicBool>,
    stage: Stage,
    /// How long the writer waits for another process that has the lock.
    wait: Duration,
    wake: Option<SyncSender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

#[derive(Clone, Copy)]
enum Stage {
    /// The log is short.
    Waiting,
    /// The thread moves what is in the log.
    Moving,
    /// All but what came meanwhile is moved. When the writer moves the rest, its next transaction begins the log afresh;
    /// when a reader was in the way, it tries again at so many pages.
    Finishing(u64),
}

impl Checkpoints {
    /// Watches `writer`, the one connection that writes to the database at `path`.
    pub(super) fn start(path: &Path, writer: &mut Connection, wait: Duration) -> Result<Self> {
        let pages = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&pages);
        let count = move |_: &mut Wal, pages: std::ffi::c_int| {
            counter.store(u64::try_from(pages).unwrap_or_default(), Ordering::Relaxed);
            Ok(())
        };
        writer.wal_hook(Some(count)).map_err(classify)?;
        let connection = Connection::open(path).map_err(classify)?;
        configure(&connection, wait)?;
        let is_moved = Arc::new(AtomicBool::new(false));
        let moved = Arc::clone(&is_moved);
        let (wake, waiting) = sync_channel::<()>(1);
        let checkpoint = move || {
            while waiting.recv().is_ok() {
                if let Err(fault) = move_pages(&connection) {
                    tracing::warn!(error = %fault, "the store's checkpoint failed");
                }
                moved.store(true, Ordering::Release);
            }
        };
        let thread = thread::Builder::new().name("store-checkpoint".into()).spawn(checkpoint).map_err(Error::broken)?;
        Ok(Self { pages, is_moved, stage: Stage::Waiting, wait, wake: Some(wake), thread: Some(thread) })
    }

    /// To be called by the writer after each commit.
    pub(super) fn after_commit(&mut self, writer: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        self.stage = match self.stage {
            Stage::Waiting | Stage::Finishing(_) if pages < CHECKPOINT_PAGES => Stage::Waiting,
            Stage::Waiting => {
                self.is_moved.store(false, Ordering::Release);
                if let Some(wake) = &self.wake {
                    let _ = wake.try_send(());
                }
                Stage::Moving
            }
            Stage::Moving if !self.is_moved.load(Ordering::Acquire) => Stage::Moving,
            Stage::Finishing(again) if pages < again => Stage::Finishing(again),
            Stage::Moving | Stage::Finishing(_) => {
                if let Err(fault) = if pages < RESTART_PAGES { move_pages(writer) } else { restart(writer, self.wait) }
                {
                    tracing::warn!(error = %fault, "the store's write-ahead log could not be emptied");
                }
                Stage::Finishing(pages + AGAIN_PAGES)
            }
        };
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

/// Moves all pages that no reader needs where they are, without waiting for anybody.
fn move_pages(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)")
}

/// The same, after waiting a moment for readers.
fn restart(writer: &Connection, wait: Duration) -> rusqlite::Result<()> {
    writer.busy_timeout(RESTART_PATIENCE)?;
    let outcome = writer.execute_batch("PRAGMA wal_checkpoint(RESTART)");
    writer.busy_timeout(wait)?;
    outcome
}
