//! `astra config`: prints the commented default configuration, or checks one.

use super::Context;
use crate::error::Result;
use crate::settings::{self, ServerArgs};

/// Print every configuration key with its meaning and its default, or check a configuration
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra config > astra.yml           write a file to begin with
  astra config check                 check what `astra serve` would run with")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Read file, environment and flags as `serve` does, and tell what is wrong with them
    Check(Box<ServerArgs>),
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    let Some(Action::Check(flags)) = &args.action else {
        return context.printer.data(astra_core::config::REFERENCE);
    };
    let settings = settings::load(flags, &context.environment)?;
    for (name, meant) in settings::misspelt_variables(&context.environment) {
        context.printer.warning(format!("there is no variable {name}: did you mean {meant}?"));
    }
    let source = settings.file.map_or_else(|| "the defaults".to_owned(), |file| file.display().to_string());
    context.printer.note(format!("The configuration is good ({source}, with environment and flags)."));
    Ok(())
}
