//! `astra migrate`: brings the store's schema up to date, or says what that would do.

use astra_core::clock::{Clock, SystemClock};
use astra_core::store::migrate;

use super::{Context, block_on, has_database, open_store};
use crate::error::{Error, Result};
use crate::settings::{self, ServerArgs, StoreArgs};

/// Update the database schema (`serve` does this itself)
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra migrate --plan               show what would be done, without doing it
  astra migrate                      do it, for example before a new version is rolled out")]
pub(crate) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// Only list which migrations are applied and which are pending
    #[arg(long)]
    plan: bool,
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    let flags = ServerArgs { store: args.store, ..ServerArgs::default() };
    let config = settings::load(&flags, &context.environment)?.config;
    block_on(async {
        if args.plan && !has_database(&config)? {
            let folder = config.data_dir.display();
            context
                .printer
                .note(format!("There is no database in {folder} yet: `astra serve` or `astra migrate` makes it."));
            return Ok(());
        }
        let db = open_store(&config)?;
        if !args.plan {
            let work = migrate::apply(&db, SystemClock.now_ms());
            let taken = context.printer.progress("migrating the store", work).await;
            for step in taken.map_err(|fault| Error::new("the store was not migrated").because(&fault))? {
                context.printer.note(format!("applied {:04} {}", step.version, step.name));
            }
        }
        let plan = migrate::plan(&db).await.map_err(|fault| Error::new("cannot read the schema").because(&fault))?;
        for version in plan.applied {
            context.printer.line(format!("{version:04}\tapplied"))?;
        }
        for step in plan.pending {
            context.printer.line(format!("{:04}\tpending\t{}", step.version, step.name))?;
        }
        Ok(())
    })
}
