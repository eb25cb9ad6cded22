//! One database handle for two backends: one SQL text, `$n` parameters, closures that are transactions.
//!
//! A closure given to `read` or `write` runs where blocking is allowed, sees one [`Tx`], and may be run again
//! when another transaction was in its way, so it must have no effect but through the `Tx`. Writes are serialisable
//! on both backends: what a closure read is still true when its transaction commits. Writes that lock the rows they rely on
//! can do without. Reads see one state throughout.
//! A statement that failed ends its transaction: nothing of it stays, even if the closure goes on.

use std::sync::Arc;

use tokio::sync::Notify;

use super::backend::Backend;
use super::error::Result;
use super::known_readers::KnownReaders;
use super::mode::Mode;
#[cfg(feature = "postgres")]
use super::postgres::Postgres;
use super::signals::Signal;
use super::sqlite::Sqlite;
use super::subjects::KnownNumbers;
use super::tx::{TransactionBody, Tx};
use super::workspace::WorkspaceId;
use super::write_health::{WriteHealth, try_to_write};
use crate::params;

/// How many rows a sweep deletes in one transaction.
pub const SWEEP_ROWS: u32 = 1_000;

/// The store's database.
#[derive(Clone)]
pub enum Db {
    /// A file on this machine.
    Sqlite(Arc<Sqlite>),
    /// A server that several gateways may share.
    #[cfg(feature = "postgres")]
    Postgres(Arc<Postgres>),
}

impl Db {
    /// Looks at rows of no one workspace: accounts, keys, migrations, the work of all tenants.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        self.dispatch(None, Mode::Read, work).await
    }

    /// Changes rows of no one workspace, in one transaction that is durable when this returns.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        self.dispatch(None, Mode::Write, work).await
    }

    /// The workspace with this id (`wsp_...`), if there is one.
    pub async fn find_workspace(&self, id: &str) -> Result<Option<WorkspaceId>> {
        let id = id.to_owned();
        let find = move |tx: &mut Tx<'_>| {
            let found = tx.first("SELECT number FROM workspaces WHERE id = $1", params![&id])?;
            found.map(|mut row| Ok(WorkspaceId::new(row.next_int()?, &id))).transpose()
        };
        match self {
            Self::Sqlite(sqlite) => sqlite.look(None, &find),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => self.dispatch(None, Mode::Look, find).await,
        }
    }

    /// As [`Db::write`], for work that locks the rows it relies on, and is not to meet other work elsewhere.
    pub(super) async fn write_locking<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        self.dispatch(None, Mode::Lock, work).await
    }

    pub(super) async fn dispatch<T: Send + 'static>(
        &self,
        workspace: Option<WorkspaceId>,
        mode: Mode,
        work: impl TransactionBody<T>,
    ) -> Result<T> {
        let outcome = match self {
            Self::Sqlite(sqlite) if mode.reads() => return sqlite.read(workspace, work).await,
            Self::Sqlite(sqlite) => sqlite.write(workspace, mode, work).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => postgres.run(workspace, mode, work).await,
        };
        if !mode.reads() && mode != Mode::Migrate {
            self.write_health().note(&outcome);
        }
        outcome
    }

    /// What is notified of `signal` from now on: when a transaction of this handle has announced it or, on PostgreSQL, another
    /// gateway's, while [`Db::watch`] runs. Each call answers another one, which has a permit of its own.
    #[must_use]
    pub fn changed(&self, signal: Signal) -> Arc<Notify> {
        match self {
            Self::Sqlite(sqlite) => sqlite.listeners.listen(signal),
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => postgres.listeners.listen(signal),
        }
    }

    pub(super) fn write_health(&self) -> &WriteHealth {
        match self {
            Self::Sqlite(sqlite) => &sqlite.writes,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => &postgres.writes,
        }
    }

    pub(super) fn event_readers(&self) -> &KnownReaders {
        match self {
            Self::Sqlite(sqlite) => &sqlite.event_readers,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => &postgres.event_readers,
        }
    }

    pub(super) fn workspace_numbers(&self) -> &KnownNumbers {
        match self {
            Self::Sqlite(sqlite) => &sqlite.workspaces,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => &postgres.workspaces,
        }
    }

    pub(super) fn subject_numbers(&self) -> &KnownNumbers {
        match self {
            Self::Sqlite(sqlite) => &sqlite.subjects,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => &postgres.subjects,
        }
    }

    /// What kind of database it is.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Backend::Postgres,
        }
    }

    /// Whether several gateways may work on it at the same time.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.backend(), Backend::Postgres)
    }

    /// Whether the store takes writes. As long as they succeed this costs nothing; after one that failed because the store
    /// is locked, full or gone, a write is tried, by one caller at a time.
    ///
    /// # Errors
    /// Why it takes none.
    pub async fn check_writes(&self) -> Result<()> {
        self.write_health().check(|| self.write(try_to_write)).await
    }
}
