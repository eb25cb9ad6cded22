//! `astra webhooks`: where a gateway sends events, what came of it, and a receiver to try it with.

mod deliveries;
mod list;
mod listen;
mod receiver;

use astra_core::auth::{Role, Scope};
use clap::Subcommand;

use super::Context;
use super::token::NewToken;
use crate::error::Result;

/// The service account of commands that begin without a token.
const OWN_ACCOUNT: &str = "astra-webhooks";
/// How long such a command may take, in seconds; its token is revoked when it ends.
const OWN_TOKEN_LIFE_S: i64 = 24 * 3600;

/// List webhooks and their deliveries, and receive some
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Asks the gateway of this machine, or the one of --server or ASTRA_SERVER with the token of an admin in ASTRA_TOKEN.

Examples:
  astra webhooks list
  astra webhooks deliveries hok_06a1b2c3d4e5q --status failed
  astra webhooks listen --register"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    Deliveries(deliveries::Args),
    Listen(listen::Args),
}

/// What a command may do that begins without a token.
fn own_token() -> NewToken {
    NewToken {
        name: OWN_ACCOUNT.into(),
        role: Some(Role::Admin),
        scopes: Some(vec![Scope::WebhooksRead, Scope::WebhooksWrite]),
        expires_in_s: Some(OWN_TOKEN_LIFE_S),
    }
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::List(args) => list::run(&args, context),
        Action::Deliveries(args) => deliveries::run(&args, context),
        Action::Listen(args) => listen::run(&args, context),
    }
}
