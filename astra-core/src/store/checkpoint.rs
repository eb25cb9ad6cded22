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
use super::sqlite_handle::{classify, configure};

/// Pages in the log that call for a checkpoint beside the writer (4 KiB each). The pages that every transaction changes are
/// in the log many times and are moved once: often is dear.
const CHECKPOINT_PAGES: u64 = 16_000;
/// After so many more pages the thread tries again what writes or a reader were in the way of.
const AGAIN_PAGES: u64 = 3_000;
/// Pages at which the writing thread moves the rest itself: where writes never pause, nothing else can move the last page.
const WRITER_PAGES: u64 = 25_000;
/// Pages at which it waits for readers, so that the log cannot grow for ever.
const RESTART_PAGES: u64 = 50_000;
/// How long it waits then.
const RESTART_PATIENCE: Duration = Duration::from_millis(20);
/// How often the thread moves what is in the log when it is woken: once all, and once more what came meanwhile.
const PASSES: usize = 2;

/// The thread that checkpoints, and when to wake it.
pub(super) struct Checkpoints {
    /// Pages in the log.
    pages: Arc<AtomicU64>,
    progress: Arc<Progress>,
    stage: Stage,
    wake: Option<SyncSender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// How far the log is moved.
#[derive(Default)]
struct Progress {
    /// Whether the thread has done what it was woken for.
    is_done: AtomicBool,
    /// Whether all is moved, so that the next transaction begins the log afresh.
    is_whole: AtomicBool,
}

#[derive(Clone, Copy)]
enum Stage {
    /// The log is short.
    Waiting,
    /// The thread moves what is in the log.
    Moving,
    /// It has done so, and the log goes on: something was written meanwhile, or a reader was in the way. It is tried again at
    /// so many pages.
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
        let progress = Arc::new(Progress::default());
        let moved = Arc::clone(&progress);
        let (wake, waiting) = sync_channel::<()>(1);
        let checkpoint = move || {
            while waiting.recv().is_ok() {
                moved.note(move_in_passes(&connection), "the store's checkpoint failed");
                moved.is_done.store(true, Ordering::Release);
            }
        };
        #[expect(clippy::disallowed_methods, reason = "it blocks on the disk, and ends with the writer")]
        let thread = thread::Builder::new().name("store-checkpoint".into()).spawn(checkpoint).map_err(Error::broken)?;
        Ok(Self { pages, progress, stage: Stage::Waiting, wake: Some(wake), thread: Some(thread) })
    }

    /// To be called after each commit. It waits for nothing.
    pub(super) fn after_commit(&mut self) {
        let pages = self.pages.load(Ordering::Relaxed);
        self.progress.is_whole.store(false, Ordering::Relaxed);
        let is_moving = matches!(self.stage, Stage::Moving) && !self.progress.is_done.load(Ordering::Acquire);
        self.stage = match self.stage {
            Stage::Moving if is_moving => Stage::Moving,
            _ if pages < CHECKPOINT_PAGES => Stage::Waiting,
            Stage::Moving => Stage::Finishing(again(pages)),
            Stage::Finishing(again) if pages < again || pages >= WRITER_PAGES => Stage::Finishing(again),
            Stage::Waiting | Stage::Finishing(_) => {
                self.progress.is_done.store(false, Ordering::Release);
                if let Some(wake) = &self.wake {
                    let _ = wake.try_send(());
                }
                Stage::Moving
            }
        };
    }

    /// Whether the next commit is one for the writing thread: it begins the log afresh, which waits for the disk, or
    /// [`Checkpoints::finish`] has work after it.
    pub(super) fn want_writer(&self) -> bool {
        self.progress.is_whole.load(Ordering::Relaxed) || self.is_due()
    }

    /// Moves the rest of a log that has grown long. For the writing thread.
    pub(super) fn finish(&mut self, writer: &Connection) {
        if !self.is_due() {
            return;
        }
        let pages = self.pages.load(Ordering::Relaxed);
        let moved = if pages < RESTART_PAGES { move_pages(writer) } else { restart(writer) };
        self.progress.note(moved, "the store's write-ahead log could not be emptied");
        self.stage = Stage::Finishing(again(pages));
    }

    fn is_due(&self) -> bool {
        let pages = self.pages.load(Ordering::Relaxed);
        pages >= WRITER_PAGES && matches!(self.stage, Stage::Finishing(again) if pages >= again)
    }
}

impl Progress {
    fn note(&self, moved: rusqlite::Result<bool>, fault_text: &'static str) {
        match moved {
            Ok(is_whole) => self.is_whole.store(is_whole, Ordering::Relaxed),
            Err(fault) => tracing::warn!(error = %fault, "{fault_text}"),
        }
    }
}

/// When to try again what was not moved at so many pages. The writing thread is not kept from its turn.
fn again(pages: u64) -> u64 {
    if pages < WRITER_PAGES { (pages + AGAIN_PAGES).min(WRITER_PAGES) } else { pages + AGAIN_PAGES }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Moves all pages, and those that come meanwhile; whether none is left.
fn move_in_passes(connection: &Connection) -> rusqlite::Result<bool> {
    for _ in 1..PASSES {
        if move_pages(connection)? {
            return Ok(true);
        }
    }
    move_pages(connection)
}

/// Moves all pages that no reader needs where they are, without waiting for any; whether none is left.
fn move_pages(connection: &Connection) -> rusqlite::Result<bool> {
    checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)")
}

/// The same, after waiting a moment for readers.
fn restart(writer: &Connection) -> rusqlite::Result<bool> {
    writer.busy_timeout(RESTART_PATIENCE)?;
    checkpoint(writer, "PRAGMA wal_checkpoint(RESTART)")
}

/// Moves all pages of the log of the database at `path`, waiting for writers and readers, and cuts the log to nothing: what was
/// overwritten in the database stands there no longer either. Whether no page is left.
pub(super) fn truncate(path: &Path, wait: Duration) -> Result<bool> {
    let connection = Connection::open(path).map_err(classify)?;
    configure(&connection, wait)?;
    checkpoint(&connection, "PRAGMA wal_checkpoint(TRUNCATE)").map_err(classify)
}

fn checkpoint(connection: &Connection, pragma: &str) -> rusqlite::Result<bool> {
    connection.query_row(pragma, [], |row| Ok(row.get::<_, i64>(1)? == row.get::<_, i64>(2)?))
}
