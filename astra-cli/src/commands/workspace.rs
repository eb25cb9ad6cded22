//! `astra workspace`: the workspaces of an account, who belongs to them and what they lend, by a gateway's API.

mod create;
mod delete;
mod grants;
mod invite;
mod list;
mod members;
mod place;
mod show;

use astra_core::auth::{Role, Scope};
use clap::{Subcommand, ValueEnum};

use super::Context;
use super::token::NewToken;
use crate::error::Result;

/// The service account of commands that begin without a token. It belongs to the first workspace.
const OWN_ACCOUNT: &str = "astra-workspace";
/// How long such a command may take, in seconds; its token is revoked when it ends.
const OWN_TOKEN_LIFE_S: i64 = 3600;

/// List, create and delete workspaces, and see who belongs to them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Asks the gateway of this machine, or the one of --server or ASTRA_SERVER with the token in ASTRA_TOKEN.
With the access token of a person who signed in, all workspaces of that account can be named.
Without a token, the operator's is made, which is for the first workspace.

Examples:
  astra workspace list
  astra workspace create Support
  astra workspace invite bob@example.org --role member
  astra workspace delete wsp_06a1b2c3d4e5q --yes"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    Create(create::Args),
    Show(show::Args),
    Delete(delete::Args),
    Members(members::Args),
    Invite(invite::Args),
    Grants(grants::Args),
}

/// How one thing is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Lines for people
    Text,
    /// The gateway's answer
    Json,
}

/// What a command may do that begins without a token.
fn own_token() -> NewToken {
    NewToken {
        name: OWN_ACCOUNT.into(),
        role: Some(Role::Owner),
        scopes: Some(vec![Scope::WorkspacesRead, Scope::WorkspacesWrite]),
        expires_in_s: Some(OWN_TOKEN_LIFE_S),
    }
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::List(args) => list::run(&args, context),
        Action::Create(args) => create::run(&args, context),
        Action::Show(args) => show::run(&args, context),
        Action::Delete(args) => delete::run(&args, context),
        Action::Members(args) => members::run(&args, context),
        Action::Invite(args) => invite::run(&args, context),
        Action::Grants(args) => grants::run(&args, context),
    }
}
