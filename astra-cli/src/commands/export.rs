//! `astra export`: a workspace of the local store in a file, for a store of either kind.

use std::path::PathBuf;

use astra_core::auth::MasterKey;
use astra_core::backup::{TableCount, TransferError, export_workspace};
use astra_core::clock::{Clock, SystemClock};
use astra_core::store::migrate;

use super::listing::ListArgs;
use super::{Context, block_on, has_database, open_store};
use crate::error::{Error, Result};
use crate::settings::{self, ServerArgs, StoreArgs};

const HEAD: [&str; 2] = ["TABLE", "ROWS"];

/// Write a workspace to a file, to be imported into another store
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Works on the local store, SQLite or PostgreSQL, beside a running gateway or without one. The file has all rows of \
the workspace as lines of JSON, and is compressed if its name ends in .gz. A file that is there is never replaced. The keys are not \
in it. Prints how many rows each table has.

Examples:
  astra export support.jsonl.gz --workspace wsp_06a1b2c3d4e5q
  astra import support.jsonl.gz --database-url postgres://astra@db/astra"
)]
pub(crate) struct Args {
    /// The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The workspace
    #[arg(long, value_name = "ID")]
    workspace: String,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    store: StoreArgs,
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    let flags = ServerArgs { store: args.store, ..ServerArgs::default() };
    let config = settings::load(&flags, &context.environment)?.config;
    if !has_database(&config)? {
        return Err(Error::new(format!("there is no gateway's data in {}", config.data_dir.display()))
            .hint("--data-dir names another folder"));
    }
    let failed = "the workspace was not exported";
    let key = MasterKey::find(config.master_key.as_ref(), &config.data_dir);
    let key = key.map_err(|fault| Error::new(failed).because(&fault))?;
    let key = key.ok_or_else(|| {
        Error::new("there is no master key beside the store, and none is configured")
            .hint("give the one of the gateway in ASTRA_MASTER_KEY")
    })?;
    let counts = block_on(async {
        let db = open_store(&config)?;
        let plan = migrate::plan(&db).await.map_err(|fault| Error::new(failed).because(&fault))?;
        if !plan.pending.is_empty() {
            return Err(Error::new("the store was made by an older version")
                .hint("`astra migrate` or the next `astra serve` brings it up to date"));
        }
        let work = export_workspace(&db, &key, &args.workspace, &args.file, SystemClock.now_ms());
        context.printer.progress("exporting the workspace", work).await.map_err(|fault| refused(&fault))
    })?;
    print(args.list, context, &counts)
}

/// Prints how many rows were moved.
pub(super) fn print(list: ListArgs, context: &Context, counts: &[TableCount]) -> Result<()> {
    list.print(&context.printer, counts, HEAD, |count| [count.table.clone(), count.rows.to_string()])
}

fn refused(fault: &TransferError) -> Error {
    let error = Error::new("the workspace was not exported").because(fault);
    match fault {
        TransferError::File(_, fault) if fault.kind() == std::io::ErrorKind::AlreadyExists => {
            error.hint("name another file, or remove it first")
        }
        TransferError::NoWorkspace(_) => error.hint("`GET /auth/me` shows the workspace of a token"),
        _ => error,
    }
}
