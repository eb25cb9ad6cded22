//! `astra token`: the tokens of service accounts, in the local store or by a gateway's API.

mod issue;
mod issuer;
mod list;
mod local;
mod remote;
mod revoke;
mod rotate;

use clap::Subcommand;

pub(crate) use issue::roles;
pub(crate) use issuer::NewToken;
pub(crate) use local::{Local, all};

use super::Context;
use crate::error::Result;
use crate::settings::StoreArgs;

/// Issue, rotate, list and revoke tokens of service accounts
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Works on the local store, whether the gateway is running or not. With --server or ASTRA_SERVER it uses \
the API of that gateway and the token in ASTRA_TOKEN. Either way the change takes effect on the next request.

Examples:
  astra token issue --name ci --role viewer --scope spec:read --expires-in 30d
  astra token rotate ci --grace 1h
  astra token list
  astra token revoke ci"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    Issue(issue::Args),
    Rotate(rotate::Args),
    List(list::Args),
    Revoke(revoke::Args),
}

/// Where the tokens are.
#[derive(Debug, clap::Args)]
struct Place {
    #[command(flatten)]
    store: StoreArgs,
    /// Use this gateway's API instead of the local store; ASTRA_TOKEN must hold the token of an admin or owner [env: ASTRA_SERVER]
    #[arg(long, value_name = "URL", conflicts_with_all = ["config", "data_dir", "database_url"])]
    server: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::Issue(args) => issue::run(args, context),
        Action::Rotate(args) => rotate::run(args, context),
        Action::List(args) => list::run(args, context),
        Action::Revoke(args) => revoke::run(args, context),
    }
}
