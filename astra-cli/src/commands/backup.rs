//! `astra backup`: the store of this machine in one file, beside a running gateway or without one.

use std::path::PathBuf;
use std::sync::Arc;

use astra_core::auth::MasterKey;
use astra_core::backup::{BackupReport, make_new};
use astra_core::clock::{Clock, SystemClock, rfc3339};
use astra_core::store::migrate;

use super::listing::ListArgs;
use super::{Context, block_on, has_database, open_store};
use crate::error::{Error, Result};
use crate::settings::{self, ServerArgs, StoreArgs};

const HEAD: [&str; 6] = ["FILE", "BYTES", "MILLISECONDS", "UNTIL", "LAST TURN", "SHA256"];

/// Back up the SQLite store into a file, beside a running gateway or without one
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The file is complete when it is there, and a file that is there is never replaced. FILE.sha256 gets its \
checksum. The keys are not in it: keep the data folder's master.key, or ASTRA_MASTER_KEY, at another place.
UNTIL says what is in it for certain: every change that was acknowledged before.

Examples:
  astra backup /backups/astra-monday.db
  astra backup today.db --output json | jq -r '.[].until'"
)]
pub(crate) struct Args {
    /// The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    store: StoreArgs,
}

/// A backup, as it is printed.
#[derive(Debug, serde::Serialize)]
struct Made {
    path: String,
    bytes: u64,
    duration_ms: u64,
    /// RFC 3339.
    until: String,
    last_turn_id: Option<String>,
    sha256: String,
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    let flags = ServerArgs { store: args.store, ..ServerArgs::default() };
    let config = settings::load(&flags, &context.environment)?.config;
    if config.store.database_url.is_some() {
        return Err(Error::new("the store is PostgreSQL, which has a program of its own for backups")
            .hint("pg_dump --format=custom --file=FILE DATABASE; and keep the master key"));
    }
    if !has_database(&config)? {
        return Err(Error::new(format!("there is no gateway's data in {}", config.data_dir.display()))
            .hint("--data-dir names another folder"));
    }
    if args.file.try_exists().unwrap_or(false) {
        return Err(Error::new(format!("there is a file {} already", args.file.display()))
            .hint("name another one, or remove it first"));
    }
    let failed = |fault: &dyn std::error::Error| Error::new("the store was not backed up").cause(fault.to_string());
    let key = MasterKey::find(config.master_key.as_ref(), &config.data_dir).map_err(|fault| failed(&fault))?;
    let key = key.ok_or_else(|| {
        Error::new("there is no master key beside the store, and none is configured")
            .hint("give the one of the gateway in ASTRA_MASTER_KEY: a backup can be restored with that key alone")
    })?;
    let made = block_on(async {
        let db = open_store(&config)?;
        let plan = migrate::plan(&db).await.map_err(|fault| failed(&fault))?;
        if plan.applied.is_empty() {
            return Err(Error::new("the store is empty").hint("`astra serve` makes its tables"));
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let work = make_new(&db, &clock, &key, &args.file);
        context.printer.progress("backing up the store", work).await.map_err(|fault| failed(&fault))
    })?;
    args.list.print(&context.printer, &[Made::from(made)], HEAD, columns)
}

impl From<BackupReport> for Made {
    fn from(made: BackupReport) -> Self {
        Self {
            path: made.path.display().to_string(),
            bytes: made.bytes,
            duration_ms: made.duration_ms,
            until: rfc3339(made.until_ms),
            last_turn_id: made.last_turn.map(|id| id.to_string()),
            sha256: made.sha256,
        }
    }
}

fn columns(made: &Made) -> [String; 6] {
    [
        made.path.clone(),
        made.bytes.to_string(),
        made.duration_ms.to_string(),
        made.until.clone(),
        made.last_turn_id.clone().unwrap_or_else(|| "-".into()),
        made.sha256.clone(),
    ]
}
