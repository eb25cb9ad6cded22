//! Transactions on SQLite's one writing connection: much work in one of them, and an answer for each piece. Work that fails is
//! undone alone; when the transaction itself fails, each piece of work is tried by itself. Which thread runs them is not
//! decided here.

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::error::{Error, Result};
use super::mode::Mode;
use super::notes::Notes;
use super::signals::SignalSet;
use super::sqlite_handle::{Handle, classify};
use super::tx::{Driver, TransactionBody, Tx};
use super::workspace::WorkspaceId;

/// A piece of work, whatever it answers.
pub(super) trait QueuedWrite: Send {
    /// Runs the work inside the open transaction; false if its effects must be undone.
    fn run(&mut self, connection: &Handle) -> bool;
    /// Whether the work may change the schema.
    fn makes_tables(&self) -> bool;
    /// Fixes the answer, after the transaction ended, or failed with `fault`.
    fn settle(&mut self, fault: Option<&rusqlite::Error>);
    /// Gives the caller the answer.
    fn acknowledge(self: Box<Self>);
}

/// Work with its answer.
pub(super) struct Pending<T, F> {
    work: F,
    mode: Mode,
    workspace: Option<WorkspaceId>,
    answer: Option<Written<T>>,
    /// Where the answer is awaited, if another thread runs the work.
    pub(super) caller: Option<oneshot::Sender<Written<T>>>,
}

/// What came of work.
pub(super) struct Written<T> {
    /// What the work answered, if it is committed.
    pub(super) answer: Result<T>,
    /// What it announces.
    pub(super) signals: SignalSet,
}

impl<T, F> Pending<T, F> {
    /// Work that is yet to be run.
    pub(super) const fn new(work: F, mode: Mode, workspace: Option<WorkspaceId>) -> Self {
        Self { work, mode, workspace, answer: None, caller: None }
    }

    /// What came of it.
    pub(super) fn written(&mut self) -> Written<T> {
        let skipped = || Error::Broken("the writer skipped its work".into());
        self.answer.take().unwrap_or_else(|| Written { answer: Err(skipped()), signals: SignalSet::default() })
    }
}

impl<T: Send, F: TransactionBody<T>> QueuedWrite for Pending<T, F> {
    fn run(&mut self, connection: &Handle) -> bool {
        let (driver, notes) = (Driver::Sqlite(connection), Notes::default());
        let work = std::panic::AssertUnwindSafe(|| Tx::run(driver, self.workspace.as_ref(), &notes, &self.work));
        let answer =
            std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Error::Broken("a store method panicked".into())));
        let succeeded = answer.is_ok();
        self.answer = Some(Written { answer, signals: notes.signals() });
        succeeded
    }

    fn makes_tables(&self) -> bool {
        self.mode == Mode::Migrate
    }

    fn settle(&mut self, fault: Option<&rusqlite::Error>) {
        // What failed by itself keeps its own words.
        let has_failed = self.answer.as_ref().is_some_and(|written| written.answer.is_err());
        if let (Some(fault), false) = (fault, has_failed) {
            self.answer = Some(Written { answer: Err(refusal(fault)), signals: SignalSet::default() });
        }
    }

    fn acknowledge(mut self: Box<Self>) {
        let written = self.written();
        if let Some(caller) = self.caller {
            let _ = caller.send(written);
        }
    }
}

/// Why a transaction did not take place.
fn refusal(fault: &rusqlite::Error) -> Error {
    match classify(fault) {
        Error::Retry(text) => Error::Unavailable(format!("another process has the database locked: {text}")),
        other => other,
    }
}

/// Runs and settles the whole batch, and moves it to `settled`. What is still in it after a failure could not begin.
pub(super) fn commit(
    connection: &Handle,
    batch: &mut Vec<Box<dyn QueuedWrite>>,
    settled: &mut Vec<Box<dyn QueuedWrite>>,
) -> rusqlite::Result<()> {
    let committed = transaction(connection, || together(connection, batch))?;
    let committed = match committed {
        // What is to be undone is distinguished from what stays only if each piece of work has a savepoint of its own,
        // which costs a copy of every page that it touches: this is the exception.
        Ok(Outcome::Spoiled) if batch.len() > 1 => transaction(connection, || apart(connection, batch))?.map(drop),
        committed => committed.map(drop),
    };
    if committed.is_ok() || batch.len() == 1 {
        batch.iter_mut().for_each(|write| write.settle(committed.as_ref().err()));
        settled.append(batch);
        return Ok(());
    }
    // One of them broke the transaction of all, by filling the disk for example: let it spoil only its own.
    let mut writes = std::mem::take(batch).into_iter();
    while let Some(mut write) = writes.next() {
        match transaction(connection, || together(connection, std::slice::from_mut(&mut write))) {
            Ok(alone) => {
                write.settle(alone.err().as_ref());
                settled.push(write);
            }
            Err(fault) => {
                batch.push(write);
                batch.extend(writes);
                return Err(fault);
            }
        }
    }
    Ok(())
}

/// Runs and settles `write` in a transaction of its own, unless the database is busy or `was_cut` says that the work was cut
/// short: then nothing of it is left, and it can be run again.
pub(super) fn commit_alone(connection: &Handle, write: &mut dyn QueuedWrite, was_cut: impl Fn() -> bool) -> bool {
    let ended = transaction(connection, || {
        let outcome = one(connection, write);
        Ok(if was_cut() { Outcome::Cut } else { outcome })
    });
    match ended {
        Err(_) | Ok(Ok(Outcome::Cut)) => false,
        Ok(Err(fault)) if matches!(classify(&fault), Error::Retry(_)) => false,
        Ok(committed) => {
            write.settle(committed.err().as_ref());
            true
        }
    }
}

/// What came of all work in one transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// What is in the transaction shall stay.
    Whole,
    /// Some work failed and left something in the transaction.
    Spoiled,
    /// The work was not run to its end.
    Cut,
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
fn together(connection: &Handle, batch: &mut [Box<dyn QueuedWrite>]) -> rusqlite::Result<Outcome> {
    let is_whole = batch.iter_mut().all(|write| one(connection, write.as_mut()) == Outcome::Whole);
    Ok(if is_whole { Outcome::Whole } else { Outcome::Spoiled })
}

fn one(connection: &Handle, write: &mut dyn QueuedWrite) -> Outcome {
    let changes = connection.total_changes();
    // Tables are not among the changes that SQLite counts; and a full disk ends the transaction itself.
    let is_spoiled = !write.run(connection)
        && (write.makes_tables() || connection.total_changes() != changes || connection.is_autocommit());
    if is_spoiled { Outcome::Spoiled } else { Outcome::Whole }
}

/// Runs all work, each with a savepoint to which its failure leads back.
fn apart(connection: &Handle, batch: &mut [Box<dyn QueuedWrite>]) -> rusqlite::Result<Outcome> {
    for write in batch {
        run(connection, "SAVEPOINT write")?;
        if !write.run(connection) {
            run(connection, "ROLLBACK TO write")?;
        }
        run(connection, "RELEASE write")?;
    }
    Ok(Outcome::Whole)
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}
