//! A transaction as store methods see it: statements with `$n` parameters, on whichever backend runs them.

use super::backend::Backend;
use super::error::{Error, Refusal, Result};
use super::mode::OnDouble;
use super::notes::Notes;
use super::page::{Cursor, Filling, Page, PageRequest};
#[cfg(feature = "postgres")]
use super::postgres_session::Session;
#[cfg(feature = "postgres")]
use super::postgres_steps::{StepRole, Steps};
use super::signals::Signal;
use super::sqlite_handle;
use super::value::{Param, Row};
use super::workspace::WorkspaceId;
use crate::params;

/// A transaction (of `write`) or a look (of `read`).
pub struct Tx<'a> {
    driver: Driver<'a>,
    workspace: Option<i64>,
    pub(super) notes: &'a Notes,
}

/// What runs the statements of a transaction.
#[derive(Clone, Copy)]
pub(super) enum Driver<'a> {
    Sqlite(&'a sqlite_handle::Handle),
    #[cfg(feature = "postgres")]
    Postgres(&'a Session),
    #[cfg(feature = "postgres")]
    Steps(&'a Steps),
}

/// A closure over a transaction, in the form that crosses threads.
pub(super) trait TransactionBody<T>: Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static {}
impl<T, F: Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static> TransactionBody<T> for F {}

impl<'a> Tx<'a> {
    /// Runs a closure inside the transaction that is open on `driver`; `Err` means that it must not be committed.
    pub(super) fn run<T>(
        driver: Driver<'_>,
        workspace: Option<&WorkspaceId>,
        notes: &Notes,
        work: &(impl Fn(&mut Tx<'_>) -> Result<T> + ?Sized),
    ) -> Result<T> {
        let mut tx = Tx { driver, workspace: workspace.map(WorkspaceId::number), notes };
        let answer = work(&mut tx)?;
        if notes.failed.get() {
            return Err(after_failure());
        }
        tx.settle()?;
        Ok(answer)
    }

    /// The number of the workspace whose rows it sees; none for work of all workspaces.
    pub(super) const fn workspace(&self) -> Option<i64> {
        self.workspace
    }

    /// Lets the commit announce `signal`, in this process and to all other gateways on the same store.
    pub fn announce(&mut self, signal: Signal) {
        self.notes.announce(signal);
    }

    /// Lets PostgreSQL announce to other gateways, with the commit, what the transaction announces.
    pub(super) fn announce_to_others(&mut self) -> Result<()> {
        #[cfg(feature = "postgres")]
        if self.is_shared() {
            for signal in self.notes.signals().iter() {
                let sql = "SELECT CAST(pg_notify($1, '') AS TEXT)";
                self.unscoped().later(sql, params![signal.channel()], OnDouble::Fails)?;
            }
        }
        Ok(())
    }

    /// The end of a SELECT that locks its rows until the transaction ends. SQLite has one writer, and needs none.
    pub(super) const fn lock(&self) -> &'static str {
        if self.is_shared() { " FOR UPDATE" } else { "" }
    }

    /// What kind of database it is.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        match self.driver {
            Driver::Sqlite(_) => Backend::Sqlite,
            #[cfg(feature = "postgres")]
            Driver::Postgres(_) | Driver::Steps(_) => Backend::Postgres,
        }
    }

    /// Whether other transactions may write at the same time, so that what is decided upon needs a lock.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.backend(), Backend::Postgres)
    }

    /// Now, in milliseconds since the epoch, by the clock of the database, which all gateways on it share. SQLite has one
    /// gateway and no other clock than its own, which shows `own_ms`.
    pub(super) fn shared_time_ms(&mut self, own_ms: i64) -> Result<i64> {
        if !self.is_shared() {
            return Ok(own_ms);
        }
        self.one("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)", params![])?.next_int()
    }

    /// The same transaction for rows of no one workspace, such as a counter.
    pub(super) const fn unscoped(&mut self) -> Tx<'_> {
        Tx { driver: self.driver, workspace: None, notes: self.notes }
    }

    /// The same transaction for rows of the workspace of this number, from one that is of none.
    pub(super) const fn of_workspace(&mut self, number: i64) -> Tx<'_> {
        Tx { driver: self.driver, workspace: Some(number), notes: self.notes }
    }

    /// All rows that `sql` answers.
    pub fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        #[cfg(feature = "postgres")]
        if let Driver::Steps(steps) = self.driver {
            return self
                .guarded(params, |_, workspace| steps.answer(sql, workspace, params, StepRole::Asked))
                .map(|answer| answer.rows);
        }
        let mut rows = Vec::new();
        self.each(sql, params, &mut |row| {
            rows.push(row);
            Ok(true)
        })?;
        Ok(rows)
    }

    /// Gives the rows that `sql` answers to `take`, one by one, until it wants no more or fails. Those that come after are not
    /// read.
    pub fn each(&mut self, sql: &str, params: &[Param<'_>], take: &mut dyn FnMut(Row) -> Result<bool>) -> Result<()> {
        self.guarded(params, |driver, workspace| match driver {
            Driver::Sqlite(connection) => sqlite_handle::each(connection, sql, workspace, params, take),
            #[cfg(feature = "postgres")]
            Driver::Postgres(session) => session.each(sql, workspace, params, take),
            #[cfg(feature = "postgres")]
            Driver::Steps(steps) => {
                let answer = steps.answer(sql, workspace, params, StepRole::Asked)?;
                for row in answer.rows {
                    if !take(row)? {
                        break;
                    }
                }
                Ok(())
            }
        })
    }

    /// A page of the rows that `sql` answers, of which it fetches one more than `request` asks for. Rows that the page has
    /// no room for are not read.
    pub(super) fn page<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        request: &PageRequest,
        read: impl FnMut(Row) -> Result<T>,
        place: impl Fn(&T) -> Cursor,
    ) -> Result<Page<T>> {
        let mut filling = Filling::new(request);
        self.each(sql, params, &mut |row| Ok(filling.take(row)))?;
        filling.page(read, place)
    }

    /// The first row, if there is one.
    pub fn first(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Option<Row>> {
        // A transaction of PostgreSQL learns from the end of its statement that it has failed.
        let reads_on = self.is_shared();
        let mut first = None;
        self.each(sql, params, &mut |row| {
            first.get_or_insert(row);
            Ok(reads_on)
        })?;
        Ok(first)
    }

    /// The only row of a statement that always has one, such as a count.
    pub fn one(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Row> {
        self.first(sql, params)?.ok_or_else(|| Error::Broken("a statement that always has a row had none".into()))
    }

    /// Runs `sql` for its effect; answers how many rows it touched.
    pub fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        self.guarded(params, |driver, workspace| match driver {
            Driver::Sqlite(connection) => sqlite_handle::execute(connection, sql, workspace, params),
            #[cfg(feature = "postgres")]
            Driver::Postgres(session) => session.execute(sql, workspace, params),
            #[cfg(feature = "postgres")]
            Driver::Steps(steps) => Ok(steps.answer(sql, workspace, params, StepRole::Asked)?.touched),
        })
    }

    /// Says that the transaction will most likely ask for the rows of this very statement: in a turn, PostgreSQL answers it
    /// in the round trip of the next statement that is asked for, and runs it at its place here.
    pub(super) fn ahead(&mut self, sql: &str, params: &[Param<'_>]) -> Result<()> {
        #[cfg(feature = "postgres")]
        if let Driver::Steps(steps) = self.driver {
            return self.guarded(params, |_, workspace| steps.note(sql, workspace, params, StepRole::Ahead));
        }
        let _ = (sql, params);
        Ok(())
    }

    /// Runs `sql` for its effect, of which nothing needs to be known here: in a turn, PostgreSQL runs it together with what
    /// comes after it. That a row is there already fails the transaction as `on_double` says.
    pub(super) fn later(&mut self, sql: &str, params: &[Param<'_>], on_double: OnDouble) -> Result<()> {
        #[cfg(feature = "postgres")]
        if let Driver::Steps(steps) = self.driver {
            return self.guarded(params, |_, workspace| steps.note(sql, workspace, params, StepRole::Later(on_double)));
        }
        self.execute(sql, params).map(drop).map_err(|fault| on_double.translate(fault))
    }

    /// As [`Tx::execute`], for the last statement of a transaction that is kept whatever it answers: in a turn, PostgreSQL
    /// commits it in the same round trip.
    pub(super) fn execute_last(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        #[cfg(feature = "postgres")]
        if let Driver::Steps(steps) = self.driver {
            return self
                .guarded(params, |_, workspace| steps.answer(sql, workspace, params, StepRole::Last))
                .map(|answer| answer.touched);
        }
        self.execute(sql, params)
    }

    /// Runs several statements without parameters, as migrations do.
    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        self.guarded(&[], |driver, _| match driver {
            Driver::Sqlite(connection) => connection.execute_batch(sql).map_err(sqlite_handle::classify),
            #[cfg(feature = "postgres")]
            Driver::Postgres(session) => session.batch(sql),
            #[cfg(feature = "postgres")]
            Driver::Steps(_) => Err(Error::broken("a turn runs no batch")),
        })
    }

    fn guarded<T>(
        &mut self,
        params: &[Param<'_>],
        run: impl FnOnce(&Driver<'a>, Option<i64>) -> Result<T>,
    ) -> Result<T> {
        if self.notes.failed.get() {
            return Err(after_failure());
        }
        // PostgreSQL has no NUL in text; what only one backend can keep, neither may.
        let answer = if params.iter().any(|param| matches!(param, Param::Text(text) if text.contains('\0'))) {
            Err(Error::Refused(Refusal::Nul))
        } else {
            run(&self.driver, self.workspace)
        };
        self.notes.failed.set(answer.is_err());
        answer
    }
}

fn after_failure() -> Error {
    Error::Broken("a store method went on after one of its statements had failed".into())
}
