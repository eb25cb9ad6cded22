//! The section `store`: the database.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Secret;
use super::validate::at_least_one;

/// The database.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// `postgres://user:password@host/database?sslmode=verify-full`; SQLite in the data folder when absent.
    pub database_url: Option<Secret>,
    /// SQLite: when a commit counts as durable.
    pub synchronous: Synchronous,
    /// SQLite: connections for reading.
    pub readers: usize,
    /// SQLite: how large the database file may grow, in MiB; beyond it writes are refused with `storage_full`.
    pub max_size_mb: Option<u32>,
    /// SQLite: the folder of the backups that jobs make; `backups` in the data folder when absent.
    pub backup_dir: Option<PathBuf>,
    /// How many days the audit keeps who changed what.
    pub audit_days: u32,
    /// How many days the outbox keeps events, 1 to 90.
    pub outbox_days: u32,
    /// PostgreSQL: connections in the pool.
    pub connections: usize,
    /// How long work waits for its place in the store, in milliseconds, before it is refused: for a connection that is
    /// free, for one to be made, and on SQLite for another process that has the database locked.
    pub wait_timeout_ms: u64,
    /// PostgreSQL: how long a statement may take, in milliseconds, before the server ends it; with 0 the server's
    /// own setting holds.
    pub statement_timeout_ms: u32,
}

/// When SQLite hands a commit to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// Safe against the death of the process; the last moments may be lost when the machine loses power.
    Normal,
    /// Every commit waits for the disk.
    Full,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            database_url: None,
            synchronous: Synchronous::Normal,
            readers: 4,
            max_size_mb: None,
            backup_dir: None,
            audit_days: 90,
            outbox_days: 7,
            connections: 16,
            wait_timeout_ms: 10_000,
            statement_timeout_ms: 60_000,
        }
    }
}

impl StoreConfig {
    /// The folder of backups of a gateway with this data folder.
    #[must_use]
    pub fn backup_folder(&self, data_dir: &Path) -> PathBuf {
        self.backup_dir.clone().unwrap_or_else(|| data_dir.join("backups"))
    }

    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        let at_least = [
            ("store.max_size_mb", self.max_size_mb.unwrap_or(1).into()),
            ("store.audit_days", self.audit_days.into()),
            ("store.readers", self.readers as u64),
            ("store.connections", self.connections as u64),
            ("store.wait_timeout_ms", self.wait_timeout_ms),
        ];
        at_least_one(&at_least, refuse);
        if !(1..=90).contains(&self.outbox_days) {
            refuse("store.outbox_days", "must lie between 1 and 90".into());
        }
    }
}
