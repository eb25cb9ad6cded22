//! `astra import`: a workspace of a file in the local store.

use std::path::PathBuf;
use std::sync::Arc;

use astra_core::auth::MasterKey;
use astra_core::backup::{TransferError, import_workspace};
use astra_core::clock::{Clock, SystemClock};
use astra_core::config::Config;
use astra_core::store::{self, FolderLock, Program, migrate};

use super::listing::ListArgs;
use super::{Context, block_on, export, open_store};
use crate::error::{Error, Result};
use crate::settings::{self, ServerArgs, StoreArgs};

const FAILED: &str = "the workspace was not imported";

/// Take a workspace that `astra export` wrote into the local store
#[derive(Debug, clap::Args)]
#[command(
    after_help = "All of the workspace is taken, with its ids, or nothing. A workspace that is in the store is never changed. Both \
stores must have the same schema and, if the workspace has webhooks or MCP servers, the same master key. A gateway on SQLite must \
be stopped; those on PostgreSQL go on working. Prints how many rows each table has got.

Examples:
  astra import support.jsonl.gz
  astra import support.jsonl.gz --database-url postgres://astra@db/astra"
)]
pub(crate) struct Args {
    /// The file to read
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    store: StoreArgs,
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    let flags = ServerArgs { store: args.store, ..ServerArgs::default() };
    let config = settings::load(&flags, &context.environment)?.config;
    let failed = |fault: &dyn std::error::Error| Error::new(FAILED).cause(fault.to_string());
    std::fs::File::open(&args.file)
        .map_err(|fault| Error::new(FAILED).cause(format!("{}: {fault}", args.file.display())))?;
    let _lock = lock(&config)?;
    let key = MasterKey::find(config.master_key.as_ref(), &config.data_dir).map_err(|fault| failed(&fault))?;
    let counts = block_on(async {
        let db = open_store(&config)?;
        migrate::apply(&db, SystemClock.now_ms()).await.map_err(|fault| failed(&fault))?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let joined = db.join(&clock, Program::Command).await.map_err(|fault| failed(&fault))?;
        let work = import_workspace(&db, key.as_ref(), &joined.keys, &args.file);
        let imported = context.printer.progress("importing the workspace", work).await;
        let (workspace, counts) = imported.map_err(|fault| refused(&fault))?;
        context.printer.note(format!("imported {}", workspace.as_str()));
        Ok(counts)
    })?;
    export::print(args.list, context, &counts)
}

/// Keeps gateways off a SQLite store: they wait for nothing that takes as long.
fn lock(config: &Config) -> Result<Option<FolderLock>> {
    if config.store.database_url.is_some() {
        return Ok(None);
    }
    let unusable = |fault: &std::io::Error| Error::new(FAILED).cause(format!("{}: {fault}", config.data_dir.display()));
    store::make_folder(&config.data_dir).map_err(|fault| unusable(&fault))?;
    match FolderLock::take(&config.data_dir).map_err(|fault| unusable(&fault))? {
        Some(lock) => Ok(Some(lock)),
        None => Err(Error::new(FAILED)
            .cause(format!("a gateway serves the data folder {}", config.data_dir.display()))
            .hint("stop it for as long as the import takes")),
    }
}

fn refused(fault: &TransferError) -> Error {
    let error = Error::new(FAILED).because(fault);
    match fault {
        TransferError::OtherKey => error.hint(
            "give this store the key of the other one before its first start: the file master.key in its data folder, or ASTRA_MASTER_KEY",
        ),
        TransferError::Store(store::Error::Unique(_)) => {
            error.hint("another workspace of this store has a row, or an account an e-mail address, of the one in the file")
        }
        _ => error,
    }
}
