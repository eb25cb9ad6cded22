//! `astra config`: prints the commented default configuration, or checks one.

use super::{Context, block_on};
use crate::error::Result;
use crate::settings::{self, ServerArgs};

/// Print every configuration key with its meaning and default, or check a configuration
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra config > astra.yml           write a file to start with
  astra config check                 check what `astra serve` would run with")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Check all that `serve` would open: file, environment, flags, providers, agents, keys, folders, database, address
    #[command(
        after_help = "Nothing is created, migrated or changed, and no model is asked. Exit code 1 if `serve` would refuse to start."
    )]
    Check(Box<ServerArgs>),
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    let Some(Action::Check(flags)) = &args.action else {
        return context.printer.data(astra_core::config::REFERENCE);
    };
    let mut settings = settings::read(flags, &context.environment)?;
    for (name, meant) in settings::misspelt_variables(&context.environment) {
        context.printer.warning(format!("there is no variable {name}: did you mean {meant}?"));
    }
    if let Some(unused) = settings::unused_collector(&context.environment) {
        context.printer.warning(unused);
    }
    let found = block_on(async {
        settings::discover(&mut settings.config, &context.environment).await;
        let check = astra_core::check(settings.config.clone());
        Ok(context.printer.progress("checking the configuration", check).await)
    })?;
    for warning in &found.warnings {
        context.printer.warning(settings.origins.explain(warning));
    }
    if !found.faults.is_empty() {
        return Err(settings.refusal(&found.faults));
    }
    let source = settings.file.map_or_else(|| "the defaults".to_owned(), |file| file.display().to_string());
    context.printer.note(format!("Configuration OK ({source}, with environment and flags)."));
    Ok(())
}
