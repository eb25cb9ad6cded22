//! The rows of one workspace, and how they are read and written.

use std::sync::Arc;

use super::actor::Actor;
use super::db::Db;
use super::error::Result;
use super::mode::Mode;
use super::tx::Tx;
use super::workspace::WorkspaceId;

/// The rows of one workspace, and who changes them. In their statements `$1` is the workspace, always; parameters begin at `$2`.
///
/// What is asked of them is asked by way of a view for each aggregate, such as [`Rows::sessions`]. All views have one set of verbs,
/// as far as they have them at all: `find` answers `None` for what is not there, `page` answers a page of a list, `create`,
/// `update` and `delete` change; then come those that only this aggregate has.
#[derive(Clone)]
pub struct Rows {
    db: Db,
    workspace: WorkspaceId,
    /// Who changes them, if an operation does.
    actor: Option<Arc<Actor>>,
}

impl Db {
    /// The rows of `workspace`.
    #[must_use]
    pub fn rows(&self, workspace: &WorkspaceId) -> Rows {
        Rows { db: self.clone(), workspace: workspace.clone(), actor: None }
    }
}

impl Rows {
    /// The workspace whose rows these are.
    #[must_use]
    pub const fn workspace(&self) -> &WorkspaceId {
        &self.workspace
    }

    /// The same rows, changed by `actor`.
    #[must_use]
    pub fn changed_by(self, actor: Actor) -> Self {
        Self { actor: Some(Arc::new(actor)), ..self }
    }

    /// Who changes them.
    pub(super) fn actor(&self) -> Option<Arc<Actor>> {
        self.actor.clone()
    }

    /// The store that they are in.
    pub(super) const fn db(&self) -> &Db {
        &self.db
    }

    /// Looks at this workspace's rows.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        self.db.dispatch(Some(self.workspace.clone()), Mode::Read, work).await
    }

    /// As [`Rows::read`], for lists and reports, which may take long: on PostgreSQL they leave half of the connections to
    /// others.
    pub(super) async fn list<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        self.db.dispatch(Some(self.workspace.clone()), Mode::List, work).await
    }

    /// As [`Rows::read`], for one statement that looks up by key, which takes microseconds: SQLite answers it without
    /// another thread, PostgreSQL in one round trip.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        match &self.db {
            Db::Sqlite(sqlite) => sqlite.look(Some(&self.workspace), &work),
            #[cfg(feature = "postgres")]
            Db::Postgres(_) => self.db.dispatch(Some(self.workspace.clone()), Mode::Look, work).await,
        }
    }

    /// Changes this workspace's rows, in one transaction that is durable when this returns.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        self.db.dispatch(Some(self.workspace.clone()), Mode::Write, work).await
    }

    /// As [`Rows::write`], for work that locks the rows it relies on by [`Tx::lock`]: on PostgreSQL each statement sees what
    /// was committed before it, and work on other rows is in no way of it. A method that only checks what it has read, or
    /// sums up, is not such work.
    pub(super) async fn write_locking<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        self.db.dispatch(Some(self.workspace.clone()), Mode::Lock, work).await
    }

    /// As [`Rows::write_locking`], for what each turn does, in a few short statements: on PostgreSQL they share round
    /// trips as far as [`Tx::ahead`], [`Tx::later`] and [`Tx::execute_last`] allow.
    pub(super) async fn write_turn<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        self.db.dispatch(Some(self.workspace.clone()), Mode::Turn, work).await
    }
}
