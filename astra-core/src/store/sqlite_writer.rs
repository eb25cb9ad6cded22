//! The one thread that writes to SQLite: it takes all waiting work into one transaction and acknowledges after COMMIT.
//! Work that fails is undone alone; when the transaction itself fails, each piece of work is tried by itself.

use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Checkpoints;
use super::db::{Engine, Mode, Notes, Tx, Work, WorkspaceId};
use super::error::{Error, Result};
use super::sqlite::{Handle, classify, configure};
use crate::config::{StoreConfig, Synchronous};

/// How much work may wait; beyond it the callers wait.
const QUEUE: usize = 4096;
/// How much work one transaction takes at the most.
const BATCH: usize = 512;
/// When a transaction had this much work, the next one waits a moment for more: a commit costs the same for one and for
/// many. Whoever is alone does not wait.
const CROWD: usize = 4;
/// How long that moment is.
const GATHER: Duration = Duration::from_micros(200);
/// The same where each commit waits for the disk, which is dearer still.
const GATHER_FULL: Duration = Duration::from_micros(800);

/// The way to the writing thread.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<thread::JoinHandle<()>>,
}

trait Job: Send {
    /// Runs the work inside the open transaction; false if its effects must be undone.
    fn run(&mut self, connection: &Handle) -> bool;
    /// Whether the work may change the schema.
    fn makes_tables(&self) -> bool;
    /// Tells the caller, after the transaction ended.
    fn finish(self: Box<Self>, committed: &rusqlite::Result<()>);
}

struct Pending<T, F> {
    work: F,
    mode: Mode,
    workspace: Option<WorkspaceId>,
    answer: Option<Written<T>>,
    caller: oneshot::Sender<Written<T>>,
}

/// What came of work.
pub(super) struct Written<T> {
    /// What the work answered, if it is committed.
    pub(super) answer: Result<T>,
    /// Whether it has ended credentials.
    pub(super) ended_credentials: bool,
}

impl<T: Send, F: Work<T>> Job for Pending<T, F> {
    fn run(&mut self, connection: &Handle) -> bool {
        let (engine, notes) = (Engine::Sqlite(connection), Notes::default());
        let work = std::panic::AssertUnwindSafe(|| Tx::run(engine, self.workspace.as_ref(), &notes, &self.work));
        let answer =
            std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Error::Broken("a store method panicked".into())));
        let succeeded = answer.is_ok();
        self.answer = Some(Written { answer, ended_credentials: notes.has_ended_credentials() });
        succeeded
    }

    fn makes_tables(&self) -> bool {
        self.mode == Mode::Migrate
    }

    fn finish(self: Box<Self>, committed: &rusqlite::Result<()>) {
        let skipped = || Err(Error::Broken("the writer skipped its work".into()));
        let mut written = self.answer.unwrap_or_else(|| Written { answer: skipped(), ended_credentials: false });
        if let (Err(fault), Ok(_)) = (committed, &written.answer) {
            written.answer = Err(classify(fault));
        }
        let _ = self.caller.send(written);
    }
}

impl Writer {
    pub(super) fn start(path: &Path, config: &StoreConfig) -> Result<Self> {
        let mut connection = Connection::open(path).map_err(classify)?;
        configure(&connection)?;
        let (level, gather) = match config.synchronous {
            Synchronous::Normal => ("NORMAL", GATHER),
            Synchronous::Full => ("FULL", GATHER_FULL),
        };
        let pragmas = format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {level}; PRAGMA wal_autocheckpoint = 0;
             PRAGMA journal_size_limit = 67108864;"
        );
        connection.execute_batch(&pragmas).map_err(classify)?;
        if let Some(megabytes) = config.max_size_mb {
            let page_bytes: i64 =
                connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(classify)?;
            let pages = (i64::from(megabytes) << 20) / page_bytes.max(1);
            connection.execute_batch(&format!("PRAGMA max_page_count = {pages}")).map_err(classify)?;
        }
        let checkpoints = Checkpoints::start(path, &mut connection)?;
        let connection = Handle::new(connection);
        let (queue, waiting) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write_loop(&connection, waiting, checkpoints, gather))
            .map_err(Error::broken)?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    pub(super) async fn submit<T: Send + 'static>(
        &self,
        workspace: Option<WorkspaceId>,
        mode: Mode,
        work: impl Work<T>,
    ) -> Result<Written<T>> {
        let (caller, written) = oneshot::channel();
        let job = Box::new(Pending { work, mode, workspace, answer: None, caller });
        let closed = || Error::Unavailable("the store's writer has ended".into());
        let queue = self.queue.as_ref().ok_or_else(closed)?;
        queue.send(job).await.map_err(|_| closed())?;
        written.await.map_err(|_| closed())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        // The last handle may die with the work that holds it, on the writing thread, which cannot wait for itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

fn write_loop(
    connection: &Handle,
    mut waiting: mpsc::Receiver<Box<dyn Job>>,
    mut checkpoints: Checkpoints,
    gather: Duration,
) {
    let mut batch: Vec<Box<dyn Job>> = Vec::with_capacity(BATCH);
    let mut is_crowded = false;
    while let Some(job) = waiting.blocking_recv() {
        batch.push(job);
        if is_crowded {
            thread::sleep(gather);
        }
        while batch.len() < BATCH {
            match waiting.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        is_crowded = batch.len() >= CROWD;
        commit(connection, &mut batch);
        checkpoints.after_commit(connection);
    }
}

/// Runs and acknowledges the whole batch.
fn commit(connection: &Handle, batch: &mut Vec<Box<dyn Job>>) {
    let committed = transaction(connection, || together(connection, batch));
    let committed = match committed {
        // What is to be undone is told apart from what stays only if each piece of work has a savepoint of its own,
        // which costs a copy of every page that it touches: this is the exception.
        Ok(Outcome::Spoiled) if batch.len() > 1 => transaction(connection, || apart(connection, batch)).map(drop),
        committed => committed.map(drop),
    };
    if committed.is_err() && batch.len() > 1 {
        // One of them broke the transaction of all, by filling the disk for example: let it spoil only its own.
        for mut job in batch.drain(..) {
            let alone = transaction(connection, || together(connection, std::slice::from_mut(&mut job)));
            job.finish(&alone.map(drop));
        }
        return;
    }
    for job in batch.drain(..) {
        job.finish(&committed);
    }
}

/// What came of all work in one transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// What is in the transaction shall stay.
    Whole,
    /// Some work failed and left something in the transaction.
    Spoiled,
}

/// Runs `work` in a transaction and ends it: with COMMIT only if nothing was spoiled.
fn transaction(connection: &Connection, work: impl FnOnce() -> rusqlite::Result<Outcome>) -> rusqlite::Result<Outcome> {
    run(connection, "BEGIN IMMEDIATE")?;
    let ended = work().and_then(|outcome| {
        // A failure such as a full disk may have ended the transaction already.
        if !connection.is_autocommit() {
            run(connection, if outcome == Outcome::Whole { "COMMIT" } else { "ROLLBACK" })?;
        }
        Ok(outcome)
    });
    if ended.is_err() && !connection.is_autocommit() {
        let _ = run(connection, "ROLLBACK");
    }
    ended
}

/// Runs all work, one after the other. Work that failed before it wrote anything, as most refusals do, spoils nothing.
fn together(connection: &Handle, batch: &mut [Box<dyn Job>]) -> rusqlite::Result<Outcome> {
    for job in batch {
        let changes = connection.total_changes();
        if job.run(connection) {
            continue;
        }
        // Tables are not among the changes that SQLite counts; and a full disk ends the transaction itself.
        if job.makes_tables() || connection.total_changes() != changes || connection.is_autocommit() {
            return Ok(Outcome::Spoiled);
        }
    }
    Ok(Outcome::Whole)
}

/// Runs all work, each with a savepoint to which its failure leads back.
fn apart(connection: &Handle, batch: &mut [Box<dyn Job>]) -> rusqlite::Result<Outcome> {
    for job in batch {
        run(connection, "SAVEPOINT job")?;
        if !job.run(connection) {
            run(connection, "ROLLBACK TO job")?;
        }
        run(connection, "RELEASE job")?;
    }
    Ok(Outcome::Whole)
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}
