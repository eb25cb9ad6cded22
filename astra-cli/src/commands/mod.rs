//! The commands, each with its arguments and its `run`.

pub(crate) mod account;
pub(crate) mod approvals;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod chat;
pub(crate) mod codegen;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod console;
pub(crate) mod cron;
pub(crate) mod doctor;
pub(crate) mod duration;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod jobs;
pub(crate) mod keys;
pub(crate) mod listing;
pub(crate) mod man;
pub(crate) mod mcp;
pub(crate) mod memory;
pub(crate) mod migrate;
pub(crate) mod reach;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod skills;
pub(crate) mod spec;
pub(crate) mod token;
pub(crate) mod tools;
pub(crate) mod traces;
pub(crate) mod webhooks;
pub(crate) mod workspace;

use astra_core::config::Config;
use astra_core::store::{self, Db};

use crate::env::Environment;
use crate::error::{Error, Result};
use crate::output::Printer;

/// What every command may use.
pub(crate) struct Context {
    pub(crate) printer: Printer,
    pub(crate) environment: Environment,
}

/// Runs `work` on a runtime of one thread, made only now: most commands need none.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|fault| Error::new("cannot start the runtime").because(&fault))?.block_on(work)
}

/// Opens the store, making it when missing.
pub(crate) fn open_store(config: &Config) -> Result<Db> {
    store::open(&config.store, &config.data_dir).map_err(|fault| {
        let error = Error::new("cannot open the store").because(&fault);
        // What the configuration says wrongly says itself how to mend it.
        if matches!(fault, store::Error::Incompatible(_)) { error } else { error.hint(store_hint(config)) }
    })
}

/// What helps when the store cannot be opened.
pub(crate) const fn store_hint(config: &Config) -> &'static str {
    if config.store.database_url.is_some() {
        "the PostgreSQL server must run, and --database-url or ASTRA_DATABASE_URL must name it"
    } else {
        "astra.db in the data folder must be a whole database that can be written: restore a backup, or name another folder with --data-dir"
    }
}

/// Whether there is a store to open without making one.
pub(crate) fn has_database(config: &Config) -> Result<bool> {
    if config.store.database_url.is_some() {
        return Ok(true);
    }
    config.data_dir.join("astra.db").try_exists().map_err(|fault| {
        let error = Error::new(format!("cannot read the data folder {}", config.data_dir.display())).because(&fault);
        match fault.kind() {
            std::io::ErrorKind::PermissionDenied => {
                error.hint("it belongs to another user: run this command as the user that runs the gateway")
            }
            _ => error.hint("--data-dir names another folder"),
        }
    })
}
