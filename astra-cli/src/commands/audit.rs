//! `astra audit`: who changed what in a workspace, by a gateway's API.

mod export;
mod list;
mod verify;
mod wanted;

use astra_core::auth::{Role, Scope};
use clap::Subcommand;

use super::Context;
use super::token::NewToken;
use crate::error::Result;

/// The service account of commands that begin without a token.
const OWN_ACCOUNT: &str = "astra-audit";
/// How long such a command may take, in seconds; its token is revoked when it ends.
const OWN_TOKEN_LIFE_S: i64 = 3600;

/// Show who changed what, export it, and find what was changed in the database by hand
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Asks the gateway of this machine, or the one of --server or ASTRA_SERVER with the token in ASTRA_TOKEN.
Owners may see the audit; without a token, the operator's is made.

Examples:
  astra audit list --since 24h
  astra audit list --operation agents.update --output json
  astra audit verify
  astra audit export > audit.jsonl"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    Verify(verify::Args),
    Export(export::Args),
}

/// What a command may do that begins without a token.
fn own_token() -> NewToken {
    NewToken {
        name: OWN_ACCOUNT.into(),
        role: Some(Role::Owner),
        scopes: Some(vec![Scope::AdminRead]),
        expires_in_s: Some(OWN_TOKEN_LIFE_S),
    }
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::List(args) => list::run(args, context),
        Action::Verify(args) => verify::run(args, context),
        Action::Export(args) => export::run(args, context),
    }
}
