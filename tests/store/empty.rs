//! A database without any table, for tests of what lies below the schema.

use astra_core::config::StoreConfig;
use astra_core::store::{self, Backend, Db};

use crate::support::{OnBackend, TestBackend};

/// A database without any table.
pub(crate) struct EmptyStore {
    /// The handle that most tests use.
    pub(crate) db: Db,
    /// How it was opened.
    pub(crate) config: StoreConfig,
    /// Where it is.
    pub(crate) backend: TestBackend,
}

impl EmptyStore {
    /// Opened as `change` says.
    pub(crate) fn open(backend: TestBackend, change: impl FnOnce(&mut StoreConfig)) -> Self {
        let mut config = backend.config().store;
        change(&mut config);
        let db = store::open(&config, backend.folder()).expect("the store opens");
        Self { db, config, backend }
    }

    /// Another handle to the same database, as another gateway would have it.
    pub(crate) fn again(&self) -> Db {
        store::open(&self.config, self.backend.folder()).expect("the store opens again")
    }

    /// Whether this one is a file.
    pub(crate) fn is_sqlite(&self) -> bool {
        self.db.backend() == Backend::Sqlite
    }
}

impl OnBackend for EmptyStore {
    async fn on(backend: TestBackend) -> Self {
        Self::open(backend, |_| {})
    }
}
