//! PostgreSQL: one connection whose work blocks its thread, from BEGIN to COMMIT.

use std::cell::Cell;

use deadpool_postgres::Object;
use futures_util::{FutureExt as _, TryStreamExt as _};
use tokio::runtime::Handle;
use tokio_postgres::Statement;
use tokio_postgres::error::SqlState;

use super::error::{Error, Result};
use super::notes::Notes;
use super::postgres_error::{classify, is_lost};
use super::postgres_steps;
use super::postgres_values::{borrowed, bound, row};
use super::value::{Param, Row};

/// One connection in the hands of one closure, on a thread where blocking is allowed.
pub(super) struct Session {
    client: Option<Object>,
    runtime: Handle,
    begin: &'static str,
    reads: bool,
    state: Cell<State>,
    /// Whether the server is gone, and not only unwilling.
    is_lost: Cell<bool>,
    pub(super) notes: Notes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// No transaction is open; the first statement takes BEGIN along, which saves a round trip.
    Idle,
    /// A transaction is open.
    Open,
    /// COMMIT is on its way.
    Committing,
}

impl Session {
    /// `client`, whose transaction `begin` opens. It only reads if `reads`.
    pub(super) fn new(client: Object, runtime: Handle, begin: &'static str, reads: bool) -> Self {
        Self {
            client: Some(client),
            runtime,
            begin,
            reads,
            state: Cell::new(State::Idle),
            is_lost: Cell::new(false),
            notes: Notes::default(),
        }
    }

    /// Ends the transaction of which `answer` came: with COMMIT unless it is an error.
    pub(super) fn end<T>(&self, answer: Result<T>) -> Result<T> {
        if self.state.get() == State::Idle {
            return answer;
        }
        match answer {
            // A connection that died before COMMIT has changed nothing: another one may do it all again.
            Err(Error::Unavailable(text)) if self.is_lost.get() => return Err(Error::Retry(text)),
            Err(_) => {
                if self.control("ROLLBACK").is_ok() {
                    self.state.set(State::Idle);
                }
                return answer;
            }
            Ok(_) => {}
        }
        if self.reads {
            // Nothing depends on how a look ends: the next work on the connection comes after it.
            let _ = self.client()?.batch_execute("COMMIT").now_or_never();
            self.state.set(State::Idle);
            return answer;
        }
        self.state.set(State::Committing);
        match self.control("COMMIT") {
            Ok(()) => self.state.set(State::Idle),
            Err(Error::Unavailable(text)) if self.is_lost.get() => return Err(Error::Uncertain(text)),
            // The server found the conflict only now, and has rolled back.
            Err(fault) => {
                self.state.set(State::Idle);
                return Err(fault);
            }
        }
        answer
    }

    fn client(&self) -> Result<&Object> {
        self.client.as_ref().ok_or_else(|| Error::Broken("the connection was given back".into()))
    }

    fn control(&self, sql: &str) -> Result<()> {
        self.runtime.block_on(self.client()?.batch_execute(sql)).map_err(|fault| self.failed(&fault))
    }

    /// Runs one statement, in one round trip with BEGIN if it is the transaction's first.
    fn statement<T>(&self, statement: impl Future<Output = Result<T>>) -> Result<T> {
        if self.state.get() != State::Idle {
            return self.runtime.block_on(statement);
        }
        self.state.set(State::Open);
        let begin = self.client()?.batch_execute(self.begin);
        let (begun, answer) = self.runtime.block_on(futures_util::future::join(begin, statement));
        begun.map_err(|fault| self.failed(&fault))?;
        answer
    }

    fn failed(&self, fault: &tokio_postgres::Error) -> Error {
        self.is_lost.set(is_lost(fault));
        match classify(fault) {
            // A statement that writes, given to a look: no standby.
            Error::Unavailable(text) if self.reads && fault.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => {
                Error::Broken(text)
            }
            other => other,
        }
    }

    async fn prepare(&self, sql: &str) -> Result<Statement> {
        postgres_steps::prepare(self.client()?, sql).await.map_err(|fault| self.failed(&fault))
    }

    pub(super) fn batch(&self, sql: &str) -> Result<()> {
        self.statement(async { self.client()?.batch_execute(sql).await.map_err(|fault| self.failed(&fault)) })
    }

    pub(super) fn each(
        &self,
        sql: &str,
        workspace: Option<i64>,
        params: &[Param<'_>],
        take: &mut dyn FnMut(Row) -> Result<bool>,
    ) -> Result<()> {
        let params = bound(workspace, params);
        self.statement(async {
            let statement = self.prepare(sql).await?;
            let rows = self.client()?.query_raw(&statement, borrowed(&params)).await;
            let mut rows = std::pin::pin!(rows.map_err(|fault| self.failed(&fault))?);
            // The connection passes over the rows that come after the last one that is wanted.
            while let Some(found) = rows.try_next().await.map_err(|fault| self.failed(&fault))? {
                if !take(row(&found)?)? {
                    break;
                }
            }
            Ok(())
        })
    }

    pub(super) fn execute(&self, sql: &str, workspace: Option<i64>, params: &[Param<'_>]) -> Result<u64> {
        let params = bound(workspace, params);
        self.statement(async {
            let statement = self.prepare(sql).await?;
            self.client()?.execute(&statement, &borrowed(&params)).await.map_err(|fault| self.failed(&fault))
        })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A connection that left in the middle of a transaction is closed, which rolls back; it must not be used again.
        if self.state.get() != State::Idle
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}
