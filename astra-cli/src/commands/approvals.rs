//! `astra approvals`: calls of tools that a person decides on.

mod decide;
mod list;

use astra_core::auth::{Role, Scope};
use clap::Subcommand;

pub(crate) use decide::decide;

use super::Context;
use super::token::NewToken;
use crate::error::Result;

/// The service account of commands that begin without a token.
const OWN_ACCOUNT: &str = "astra-approvals";
/// How long such a command may take, in seconds; its token is revoked when it ends.
const OWN_TOKEN_LIFE_S: i64 = 3600;

/// List the calls of tools that wait for a decision, and decide
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Asks the gateway of this machine, or the one of --server or ASTRA_SERVER with the token in ASTRA_TOKEN.
A member's token shows the calls of its own turns; an admin's shows all and decides. The first decision holds.

Examples:
  astra approvals list
  astra approvals approve apr_06a1b2c3d4e5q
  astra approvals deny apr_06a1b2c3d4e5q --note 'Not on a Friday.'"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    /// Approve a call: the tool is called
    #[command(after_help = "Examples:
  astra approvals approve apr_06a1b2c3d4e5q")]
    Approve(decide::Args),
    /// Deny a call: the model reads so, with the note
    #[command(after_help = "Examples:
  astra approvals deny apr_06a1b2c3d4e5q --note 'Not on a Friday.'")]
    Deny(decide::Args),
}

/// What a command may do that begins without a token.
fn own_token() -> NewToken {
    NewToken {
        name: OWN_ACCOUNT.into(),
        role: Some(Role::Admin),
        scopes: Some(vec![Scope::ToolsRead, Scope::ToolsWrite]),
        expires_in_s: Some(OWN_TOKEN_LIFE_S),
    }
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::List(args) => list::run(&args, context),
        Action::Approve(args) => decide::run(&args, true, context),
        Action::Deny(args) => decide::run(&args, false, context),
    }
}
