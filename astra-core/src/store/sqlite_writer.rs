//! The one thread that writes to SQLite: it takes all waiting work into one transaction and acknowledges after COMMIT.
//! Work that fails is undone alone; when the transaction itself fails, each piece of work is tried by itself. When none can
//! begin, because another process has the lock, all that waits is refused after one wait.

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
/// How long the writer waits for the lock as long as another process is known to have it.
const LOCKED_WAIT: Duration = Duration::from_secs(1);

/// The way to the writing thread.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<thread::JoinHandle<()>>,
    /// How long work waits for a place in the queue.
    wait: Duration,
}

trait Job: Send {
    /// Runs the work inside the open transaction; false if its effects must be undone.
    fn run(&mut self, connection: &Handle) -> bool;
    /// Whether the work may change the schema.
    fn makes_tables(&self) -> bool;
    /// Tells the caller, after the transaction ended, or failed with `fault`.
    fn finish(self: Box<Self>, fault: Option<&rusqlite::Error>);
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

    fn finish(self: Box<Self>, fault: Option<&rusqlite::Error>) {
        let written = match (self.answer, fault) {
            (Some(written), None) => written,
            // What failed by itself keeps its own words.
            (Some(written), Some(_)) if written.answer.is_err() => written,
            (_, Some(fault)) => Written { answer: Err(refusal(fault)), ended_credentials: false },
            (None, None) => {
                let skipped = Error::Broken("the writer skipped its work".into());
                Written { answer: Err(skipped), ended_credentials: false }
            }
        };
        let _ = self.caller.send(written);
    }
}

/// Why a transaction did not take place.
fn refusal(fault: &rusqlite::Error) -> Error {
    match classify(fault) {
        Error::Retry(text) => Error::Unavailable(format!("another process has the database locked: {text}")),
        other => other,
    }
}

impl Writer {
    pub(super) fn start(path: &Path, config: &StoreConfig) -> Result<Self> {
        let wait = Duration::from_millis(config.wait_timeout_ms);
        let mut connection = Connection::open(path).map_err(classify)?;
        configure(&connection, wait)?;
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
        let checkpoints = Checkpoints::start(path, &mut connection, wait)?;
        let connection = Handle::new(connection);
        let (queue, waiting) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write_loop(&connection, waiting, checkpoints, Pace { gather, wait }))
            .map_err(Error::broken)?;
        Ok(Self { queue: Some(queue), thread: Some(thread), wait })
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
        match queue.try_reserve() {
            Ok(place) => place.send(job),
            Err(_) => {
                let full = |_| Error::Unavailable("the store's writer had too much to do for too long".into());
                let place = tokio::time::timeout(self.wait, queue.reserve()).await.map_err(full)?;
                place.map_err(|_| closed())?.send(job);
            }
        }
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

/// How long the writer waits for more work, and for the lock.
struct Pace {
    gather: Duration,
    wait: Duration,
}

fn write_loop(
    connection: &Handle,
    mut waiting: mpsc::Receiver<Box<dyn Job>>,
    mut checkpoints: Checkpoints,
    pace: Pace,
) {
    let mut batch: Vec<Box<dyn Job>> = Vec::with_capacity(BATCH);
    let (mut is_crowded, mut is_locked) = (false, false);
    while let Some(job) = waiting.blocking_recv() {
        batch.push(job);
        if is_crowded {
            thread::sleep(pace.gather);
        }
        while batch.len() < BATCH {
            match waiting.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        is_crowded = batch.len() >= CROWD;
        let begun = commit(connection, &mut batch);
        if begun.is_err() != is_locked {
            is_locked = begun.is_err();
            // Callers who come to a lock that is known do not wait for long: they are told to come again.
            let wait = if is_locked { pace.wait.min(LOCKED_WAIT) } else { pace.wait };
            if let Err(fault) = connection.busy_timeout(wait) {
                tracing::warn!(error = %fault, "the wait for the store's lock could not be set");
            }
        }
        match begun {
            Ok(()) => checkpoints.after_commit(connection),
            Err(fault) => {
                // What came meanwhile has waited for the same lock, and would only wait again, one after the other.
                while let Ok(job) = waiting.try_recv() {
                    batch.push(job);
                }
                tracing::warn!(error = %fault, refused = batch.len(), "the store could not be written");
                batch.drain(..).for_each(|job| job.finish(Some(&fault)));
            }
        }
    }
}

/// Runs and acknowledges the whole batch; what is still in it after a failure could not begin.
fn commit(connection: &Handle, batch: &mut Vec<Box<dyn Job>>) -> rusqlite::Result<()> {
    let committed = transaction(connection, || together(connection, batch))?;
    let committed = match committed {
        // What is to be undone is told apart from what stays only if each piece of work has a savepoint of its own,
        // which costs a copy of every page that it touches: this is the exception.
        Ok(Outcome::Spoiled) if batch.len() > 1 => transaction(connection, || apart(connection, batch))?.map(drop),
        committed => committed.map(drop),
    };
    if committed.is_ok() || batch.len() == 1 {
        batch.drain(..).for_each(|job| job.finish(committed.as_ref().err()));
        return Ok(());
    }
    // One of them broke the transaction of all, by filling the disk for example: let it spoil only its own.
    let mut jobs = std::mem::take(batch).into_iter();
    while let Some(mut job) = jobs.next() {
        match transaction(connection, || together(connection, std::slice::from_mut(&mut job))) {
            Ok(alone) => job.finish(alone.err().as_ref()),
            Err(fault) => {
                batch.push(job);
                batch.extend(jobs);
                return Err(fault);
            }
        }
    }
    Ok(())
}

/// What came of all work in one transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// What is in the transaction shall stay.
    Whole,
    /// Some work failed and left something in the transaction.
    Spoiled,
}

/// Runs `work` in a transaction and ends it: with COMMIT only if nothing was spoiled. The outer error says that it could not
/// begin, the inner one that it failed.
fn transaction(
    connection: &Connection,
    work: impl FnOnce() -> rusqlite::Result<Outcome>,
) -> rusqlite::Result<rusqlite::Result<Outcome>> {
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
    Ok(ended)
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
