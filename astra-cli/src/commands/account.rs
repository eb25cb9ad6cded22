//! `astra account`: the accounts of people, in the local store.

mod create;
mod list;
mod password;
mod reset;

use astra_core::auth;
use clap::Subcommand;

use super::Context;
use crate::error::{Error, Result};

/// Create, list and reset the accounts of people
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Works on the local store, beside a running gateway or without one; the gateway obeys from the next \
request on.

Examples:
  astra account create ada@example.org --role owner
  astra account list
  astra account reset ada@example.org"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    Create(create::Args),
    List(list::Args),
    Reset(reset::Args),
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::Create(args) => create::run(args, context),
        Action::List(args) => list::run(args, context),
        Action::Reset(args) => reset::run(args, context),
    }
}

/// Why something was not done with an account.
pub(super) fn refused(message: &str, fault: &auth::Error) -> Error {
    match fault {
        // The authority speaks of members of a body; here they are arguments.
        auth::Error::Invalid { pointer, detail } => {
            let name = if *pointer == "/email" { "the e-mail address" } else { "the password" };
            Error::new(message).cause(format!("{name} {detail}"))
        }
        auth::Error::NotFound(_) => Error::new(message)
            .cause("there is no account with this e-mail address")
            .hint("`astra account list` shows all"),
        auth::Error::Conflict(_) => Error::new(message)
            .cause("this e-mail address has an account")
            .hint("`astra account reset` gives it another password"),
        fault => Error::new(message).because(fault),
    }
}
