//! A database as it is, read without opening it for work: for the check of a configuration.

use std::io;
use std::path::Path;

use super::error::{Error, Result};
use super::keys::{self, SigningKey};
use super::migrate::{Plan, Schema};
use super::tx::Tx;
use super::{server, sqlite, workspace_counts};
use crate::config::StoreConfig;
use crate::params;

/// What is in a database.
#[derive(Debug, Clone)]
pub struct Inspected {
    /// What its schema lacks.
    pub plan: Plan,
    /// The keys that tokens are signed with; none before the schema's first step.
    pub signing_keys: Vec<SigningKey>,
    /// What it takes on its disk, in bytes, without SQLite's log.
    pub database_bytes: u64,
    /// Now by the clock of a database server, in milliseconds since the epoch.
    pub server_time_ms: Option<i64>,
    /// When the newest turn that has ended began, in milliseconds since the epoch.
    pub newest_turn_ms: Option<i64>,
}

/// Reads the database that `config` names, and changes nothing; `None` if there is none yet in `data_dir`.
///
/// # Errors
/// As [`super::migrate::plan`], and [`Error::Unavailable`] if the file or the server cannot be read.
pub async fn inspect(config: &StoreConfig, data_dir: &Path) -> Result<Option<Inspected>> {
    if let Some(url) = &config.database_url {
        return server(url.expose(), config)?.read(read).await.map(Some);
    }
    let path = data_dir.join("astra.db");
    match std::fs::File::open(&path) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(Error::Unavailable(format!("{}: {fault}", path.display()))),
        Ok(_) => {}
    }
    let describe = |fault: Error| match fault {
        fault @ Error::Incompatible(_) => fault,
        fault => Error::Unavailable(format!("{}: {fault}", path.display())),
    };
    sqlite::inspect(&path, &read).map(Some).map_err(describe)
}

fn read(tx: &mut Tx<'_>) -> Result<Inspected> {
    let plan = Schema::CURRENT.plan_in(tx)?;
    let server_time_ms = if tx.is_shared() { Some(tx.shared_time_ms(0)?) } else { None };
    let database_bytes =
        tx.one(workspace_counts::size_statement(tx.is_shared()), params![])?.next_int()?.unsigned_abs();
    let (mut signing_keys, mut newest_turn_ms) = (Vec::new(), None);
    if !plan.applied.is_empty() {
        signing_keys = keys::all(tx)?;
        let newest = "SELECT created_at_ms FROM turns ORDER BY id DESC LIMIT 1";
        newest_turn_ms = tx.first(newest, params![])?.map(|mut row| row.next_int()).transpose()?;
    }
    Ok(Inspected { plan, signing_keys, database_bytes, server_time_ms, newest_turn_ms })
}

/// How many bytes may still be written where `path` lies, or would lie.
///
/// # Errors
/// If that cannot be found out.
#[cfg(unix)]
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let place = path.ancestors().find(|place| place.exists()).unwrap_or(Path::new("."));
    let found = rustix::fs::statvfs(place)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// As on other systems, where it cannot be found out.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn free_bytes(_path: &Path) -> io::Result<u64> {
    Err(io::ErrorKind::Unsupported.into())
}
