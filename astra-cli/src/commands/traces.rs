//! `astra traces`: how turns went, by a gateway's API.

mod list;
mod show;
mod trace;
mod waterfall;

use astra_core::auth::{Role, Scope};
use clap::Subcommand;

use super::Context;
use super::token::NewToken;
use crate::error::Result;

/// The service account of commands that begin without a token.
const OWN_ACCOUNT: &str = "astra-traces";
/// How long such a command may take, in seconds; its token is revoked when it ends.
const OWN_TOKEN_LIFE_S: i64 = 3600;

/// Show where the time of turns went, what they cost and why they failed
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Asks the gateway of this machine, or the one of --server or ASTRA_SERVER with the token in ASTRA_TOKEN.
A member's token shows its own turns; without a token, the operator's sees all.

Examples:
  astra traces list
  astra traces list --status failed --since 24h
  astra traces show trc_06a1b2c3d4e5q"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    Show(show::Args),
}

/// What a command may do that begins without a token.
fn own_token() -> NewToken {
    NewToken {
        name: OWN_ACCOUNT.into(),
        role: Some(Role::Admin),
        scopes: Some(vec![Scope::TracesRead]),
        expires_in_s: Some(OWN_TOKEN_LIFE_S),
    }
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::List(args) => list::run(args, context),
        Action::Show(args) => show::run(args, context),
    }
}
