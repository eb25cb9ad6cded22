//! The one thread that writes to SQLite: it takes all waiting work into one transaction and acknowledges after COMMIT.
//! Work that fails is undone alone; when the transaction itself fails, each piece of work is tried by itself.

use std::path::Path;
use std::thread;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Checkpoints;
use super::db::{Engine, Tx, Work, WorkspaceId};
use super::error::{Error, Result};
use super::sqlite::{classify, configure};
use crate::config::{StoreConfig, Synchronous};

/// How much work may wait; beyond it the callers wait.
const QUEUE: usize = 4096;
/// How much work one transaction takes at the most.
const BATCH: usize = 512;
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
        let engine = Engine::Sqlite(connection);
        let work = std::panic::AssertUnwindSafe(|| Tx::run(engine, self.workspace.as_ref(), &self.work));
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
    pub(super) fn start(path: &Path, config: &StoreConfig) -> Result<Self> {
        let mut connection = Connection::open(path).map_err(classify)?;
        configure(&connection)?;
        let level = match config.synchronous {
            Synchronous::Normal => "NORMAL",
            Synchronous::Full => "FULL",
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
        let (queue, waiting) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write_loop(&connection, waiting, checkpoints))
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
        // The last handle may die with the work that holds it, on the writing thread, which cannot wait for itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

fn write_loop(connection: &Connection, mut waiting: mpsc::Receiver<Box<dyn Job>>, mut checkpoints: Checkpoints) {
    let mut batch: Vec<Box<dyn Job>> = Vec::with_capacity(BATCH);
    while let Some(job) = waiting.blocking_recv() {
        batch.push(job);
        while batch.len() < BATCH {
            match waiting.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        commit(connection, &mut batch);
        checkpoints.after_commit(connection);
    }
}

/// Runs and acknowledges the whole batch.
fn commit(connection: &Connection, batch: &mut Vec<Box<dyn Job>>) {
    let committed = begin(connection).map(|()| together(connection, batch));
    if let Ok(Err(_)) = committed
        && batch.len() > 1
    {
        // One of them broke the transaction of all, by filling the disk for example: let it spoil only its own.
        for mut job in batch.drain(..) {
            let alone = begin(connection).and_then(|()| together(connection, std::slice::from_mut(&mut job)));
            job.finish(&alone);
        }
        return;
    }
    let committed = committed.flatten();
    for job in batch.drain(..) {
        job.finish(&committed);
    }
}

fn begin(connection: &Connection) -> rusqlite::Result<()> {
    run(connection, "BEGIN IMMEDIATE")
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// Runs `batch` inside the open transaction and ends it.
fn together(connection: &Connection, batch: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let outcome = if let [job] = batch {
        if job.run(connection) { Ok(()) } else { run(connection, "ROLLBACK") }
    } else {
        batch.iter_mut().try_for_each(|job| {
            run(connection, "SAVEPOINT job")?;
            if !job.run(connection) {
                run(connection, "ROLLBACK TO job")?;
            }
            run(connection, "RELEASE job")
        })
    };
    let outcome = outcome.and_then(|()| if connection.is_autocommit() { Ok(()) } else { run(connection, "COMMIT") });
    if outcome.is_err() && !connection.is_autocommit() {
        let _ = run(connection, "ROLLBACK");
    }
    outcome
}
