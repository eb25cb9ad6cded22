//! `astra cron`: schedules, by a gateway's API.

mod list;
mod preview;
mod trigger;

use astra_core::auth::{Role, Scope};
use clap::Subcommand;

use super::Context;
use super::token::NewToken;
use crate::error::Result;

/// The service account of commands that begin without a token.
const OWN_ACCOUNT: &str = "astra-cron";
/// How long such a command may take, in seconds; its token is revoked when it ends.
const OWN_TOKEN_LIFE_S: i64 = 3600;

/// List schedules, preview cron expressions, and run a schedule's job now
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Asks the gateway of this machine, or the one of --server or ASTRA_SERVER with the token in ASTRA_TOKEN.

Examples:
  astra cron list
  astra cron preview '30 2 * * *' --timezone Europe/Berlin
  astra cron trigger sch_06a1b2c3d4e5q"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    Preview(preview::Args),
    Trigger(trigger::Args),
}

/// What a command may do that begins without a token.
fn own_token() -> NewToken {
    NewToken {
        name: OWN_ACCOUNT.into(),
        role: Some(Role::Admin),
        scopes: Some(vec![Scope::CronRead, Scope::CronWrite]),
        expires_in_s: Some(OWN_TOKEN_LIFE_S),
    }
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::List(args) => list::run(&args, context),
        Action::Preview(args) => preview::run(&args, context),
        Action::Trigger(args) => trigger::run(&args, context),
    }
}
