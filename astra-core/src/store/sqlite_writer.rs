//! The one thread that writes to SQLite: it takes all waiting work into one transaction and acknowledges after COMMIT.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc as std_mpsc};
use std::thread;

use rusqlite::Connection;
use rusqlite::hooks::Wal;
use tokio::sync::{mpsc, oneshot};

use super::db::{Engine, Tx, Work, WorkspaceId};
use super::error::{Error, Result};
use super::sqlite::{classify, configure};
use crate::config::Synchronous;

/// How much work may wait; beyond it the callers wait.
const QUEUE: usize = 4096;
/// How much work one transaction takes at the most.
const BATCH: usize = 512;
/// Pages in the write-ahead log that call for a checkpoint beside the writer (4 KiB each).
const CHECKPOINT_PAGES: u64 = 2_000;
/// Pages at which the writer itself waits for the log to be emptied, so that it cannot grow for ever.
const RESTART_PAGES: u64 = 50_000;

/// The way to the writing thread.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<thread::JoinHandle<()>>,
}

trait Job: Send {
    /// Runs the work inside the open transaction; false if its effects must be undone.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Tells the caller, after the transaction ended.
    fn finish(self: Box<Self>, committed: &rusqlite::Result<()>);
}

struct Pending<T, F> {
    work: F,
    workspace: Option<WorkspaceId>,
    answer: Option<Result<T>>,
    caller: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: Work<T>> Job for Pending<T, F> {
    fn run(&mut self, connection: &Connection) -> bool {
        let workspace = self.workspace.as_ref().map(WorkspaceId::as_str);
        let mut tx = Tx::new(Engine::Sqlite(connection), workspace);
        let work = std::panic::AssertUnwindSafe(|| (self.work)(&mut tx));
        let answer =
            std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Error::Broken("a store method panicked".into())));
        let succeeded = answer.is_ok();
        self.answer = Some(answer);
        succeeded
    }

    fn finish(self: Box<Self>, committed: &rusqlite::Result<()>) {
        let answer = match (committed, self.answer) {
            (_, Some(Err(fault))) => Err(fault),
            (Ok(()), Some(answer)) => answer,
            (Ok(()), None) => Err(Error::Broken("the writer skipped its work".into())),
            (Err(fault), _) => Err(classify(fault)),
        };
        let _ = self.caller.send(answer);
    }
}

impl Writer {
    pub(super) fn start(path: &Path, synchronous: Synchronous) -> Result<Self> {
        let mut connection = Connection::open(path).map_err(classify)?;
        configure(&connection)?;
        let level = match synchronous {
            Synchronous::Normal => "NORMAL",
            Synchronous::Full => "FULL",
        };
        let pragmas =
            format!("PRAGMA journal_mode = WAL; PRAGMA synchronous = {level}; PRAGMA wal_autocheckpoint = 0;");
        connection.execute_batch(&pragmas).map_err(classify)?;
        let checkpoints = Checkpoints::start(path, &mut connection)?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write_loop(&connection, waiting, &checkpoints))
            .map_err(Error::broken)?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    pub(super) async fn submit<T: Send + 'static>(
        &self,
        workspace: Option<WorkspaceId>,
        work: impl Work<T>,
    ) -> Result<T> {
        let (caller, answer) = oneshot::channel();
        let job = Box::new(Pending { work, workspace, answer: None, caller });
        let closed = || Error::Unavailable("the store's writer has ended".into());
        let queue = self.queue.as_ref().ok_or_else(closed)?;
        queue.send(job).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn write_loop(connection: &Connection, mut waiting: mpsc::Receiver<Box<dyn Job>>, checkpoints: &Checkpoints) {
    let mut batch: Vec<Box<dyn Job>> = Vec::with_capacity(BATCH);
    while let Some(job) = waiting.blocking_recv() {
        batch.push(job);
        while batch.len() < BATCH {
            match waiting.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        let committed = commit_batch(connection, &mut batch);
        for job in batch.drain(..) {
            job.finish(&committed);
        }
        checkpoints.after_commit(connection);
    }
}

fn commit_batch(connection: &Connection, batch: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let run = |sql: &str| connection.prepare_cached(sql)?.execute([]).map(drop);
    run("BEGIN IMMEDIATE")?;
    let outcome = batch.iter_mut().try_for_each(|job| {
        run("SAVEPOINT job")?;
        if !job.run(connection) {
            run("ROLLBACK TO job")?;
        }
        run("RELEASE job")
    });
    let outcome = outcome.and_then(|()| run("COMMIT"));
    if outcome.is_err() && !connection.is_autocommit() {
        let _ = run("ROLLBACK");
    }
    outcome
}

/// Moves the write-ahead log into the database beside the writer, so that no commit waits for it.
struct Checkpoints {
    pages: Arc<AtomicU64>,
    wake: std_mpsc::SyncSender<()>,
}

impl Checkpoints {
    fn start(path: &Path, writer: &mut Connection) -> Result<Self> {
        let pages = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&pages);
        let count = move |_: &mut Wal, pages: std::ffi::c_int| {
            counter.store(u64::try_from(pages).unwrap_or_default(), Ordering::Relaxed);
            Ok(())
        };
        writer.wal_hook(Some(count)).map_err(classify)?;
        let connection = Connection::open(path).map_err(classify)?;
        configure(&connection)?;
        let (wake, waiting) = std_mpsc::sync_channel::<()>(1);
        let checkpoint = move || {
            while waiting.recv().is_ok() {
                if let Err(fault) = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)") {
                    tracing::warn!(error = %fault, "the store's checkpoint failed");
                }
            }
        };
        thread::Builder::new().name("store-checkpoint".into()).spawn(checkpoint).map_err(Error::broken)?;
        Ok(Self { pages, wake })
    }

    fn after_commit(&self, writer: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages >= RESTART_PAGES {
            if let Err(fault) = writer.execute_batch("PRAGMA wal_checkpoint(RESTART)") {
                tracing::warn!(error = %fault, "the store's write-ahead log could not be emptied");
            }
        } else if pages >= CHECKPOINT_PAGES {
            let _ = self.wake.try_send(());
        }
    }
}
