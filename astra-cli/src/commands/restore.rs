//! `astra restore`: a store of this machine that is made of a backup.

use std::path::PathBuf;

use astra_core::auth::MasterKey;
use astra_core::backup::{RestoreError, restore};
use astra_core::clock::rfc3339;

use super::{Context, block_on};
use crate::error::{Error, Result};
use crate::settings::{self, ServerArgs, StoreArgs};

/// Make the SQLite store of a backup, in a data folder that has none
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Nothing is restored unless all of the file is good: its checksum (FILE.sha256 or --sha256), the database's own \
check, its schema, and the master key, which must be that of the gateway that was backed up. A store that is there is never \
replaced. No gateway may serve the data folder; another one may go on working elsewhere.

Examples:
  astra restore /backups/astra-monday.db --data-dir restored
  ASTRA_MASTER_KEY=... astra restore astra-monday.db"
)]
pub(crate) struct Args {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the SHA-256 of the file must be [default: as FILE.sha256 says]
    #[arg(long, value_name = "HEX", value_parser = sha256)]
    sha256: Option<String>,
    #[command(flatten)]
    store: StoreArgs,
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    let flags = ServerArgs { store: args.store, ..ServerArgs::default() };
    let config = settings::load(&flags, &context.environment)?.config;
    if config.store.database_url.is_some() {
        return Err(Error::new("the store is PostgreSQL, which has programs of its own for backups").hint(
            "pg_restore --dbname=DATABASE FILE, into an empty database; then give this gateway the same master key",
        ));
    }
    let key = MasterKey::find(config.master_key.as_ref(), &config.data_dir);
    let key = key.map_err(|fault| Error::new("nothing was restored").because(&fault))?;
    let data_dir = config.data_dir.clone();
    let restored = block_on(async {
        let work =
            tokio::task::spawn_blocking(move || restore(&args.file, &data_dir, key.as_ref(), args.sha256.as_deref()));
        let restored = context.printer.progress("restoring the store", work).await;
        let restored = restored.map_err(|fault| Error::new("nothing was restored").because(&fault))?;
        restored.map_err(|fault| refused(&fault))
    })?;
    if !restored.is_checksum_known {
        context
            .printer
            .warning("there was no checksum to compare the file with: only the database's own check was made");
    }
    match restored.until_ms {
        Some(until_ms) => {
            context.printer.note(format!("It has every change that was acknowledged before {}.", rfc3339(until_ms)));
        }
        None => context
            .printer
            .warning("the file was not made by `astra backup`: it does not say until when it has all changes"),
    }
    if restored.is_older {
        context.printer.note("Its schema is older: the next `astra serve` brings it up to date.");
    }
    context.printer.note(
        "Credentials that were revoked after the backup are good again: `astra keys rotate --revoke-old` ends those of before.",
    );
    context.printer.line(restored.path.display().to_string())
}

fn refused(fault: &RestoreError) -> Error {
    let error = Error::new("nothing was restored").because(fault);
    match fault {
        RestoreError::InUse(_) => error.hint("stop it first, or restore into another folder with --data-dir"),
        RestoreError::Present(_) => {
            error.hint("move astra.db and its -wal and -shm out of the folder, or restore into another one with --data-dir")
        }
        RestoreError::NoKey | RestoreError::OtherKey(_) => error.hint(
            "put the file master.key of the gateway that was backed up into the data folder, or give its key in ASTRA_MASTER_KEY",
        ),
        RestoreError::Checksum(..) => error.hint("copy the backup anew from where it was made"),
        RestoreError::File(..) | RestoreError::Unusable(_) => error,
    }
}

fn sha256(text: &str) -> std::result::Result<String, &'static str> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_owned());
    }
    Err("a SHA-256 has 64 hexadecimal digits")
}
