//! A database as it is, read without opening it for work: for the check of a configuration.

use std::io;
use std::path::Path;

use super::error::{Error, Result};
use super::keys::{self, SigningKey};
use super::migrate::{Plan, Schema};
use super::tx::Tx;
use super::{server, sqlite};
use crate::config::StoreConfig;

/// What is in a database.
#[derive(Debug, Clone)]
pub struct Inspected {
    /// What its schema lacks.
    pub plan: Plan,
    /// The keys that tokens are signed with; none before the schema's first step.
    pub signing_keys: Vec<SigningKey>,
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
    let signing_keys = if plan.applied.is_empty() { Vec::new() } else { keys::all(tx)? };
    Ok(Inspected { plan, signing_keys })
}
