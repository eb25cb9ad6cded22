//! `astra keys`: the keys that sign tokens, in the local store.

mod list;
mod rotate;

use astra_core::auth;
use clap::Subcommand;

use super::Context;
use crate::error::{Error, Result};

/// List and rotate the keys that sign tokens
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Works on the local store, beside a running gateway or without one; the gateway obeys from the next \
request on.

Examples:
  astra keys list
  astra keys rotate
  astra keys rotate --revoke-old"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    Rotate(rotate::Args),
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::List(args) => list::run(args, context),
        Action::Rotate(args) => rotate::run(args, context),
    }
}

/// Why something was not done with the keys.
fn refused(message: &str, fault: &auth::Error) -> Error {
    Error::new(message).because(fault)
}
