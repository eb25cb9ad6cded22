//! `astra jobs`: work that the gateway does later, by its API.

mod cancel;
mod job;
mod list;
mod retry;
mod run;
mod show;
mod watch;

use astra_core::auth::{Role, Scope};
use clap::{Subcommand, ValueEnum};

use super::Context;
use super::token::NewToken;
use crate::error::Result;

/// The service account of commands that begin without a token. The jobs that it enqueues are its own.
const OWN_ACCOUNT: &str = "astra-jobs";
/// How long such a command may take, in seconds; its token is revoked when it ends.
const OWN_TOKEN_LIFE_S: i64 = 86_400;

/// List, run and follow jobs: work that is kept until it has ended
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Asks the gateway of this machine, or the one of --server or ASTRA_SERVER with the token in ASTRA_TOKEN.
A member's token shows its own jobs; without a token, the operator's sees all.

Examples:
  astra jobs list --status failed
  astra jobs run agent_run '{\"agent_id\": \"assistant\", \"message\": \"Summarise the week.\"}' --watch
  astra jobs watch job_06a1b2c3d4e5q"
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
    Run(run::Args),
    Cancel(cancel::Args),
    Retry(retry::Args),
    Watch(watch::Args),
}

/// How one job is printed.
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
        role: Some(Role::Admin),
        scopes: Some(vec![Scope::JobsRead, Scope::JobsWrite, Scope::ChatSend]),
        expires_in_s: Some(OWN_TOKEN_LIFE_S),
    }
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::List(args) => list::run(args, context),
        Action::Show(args) => show::run(&args, context),
        Action::Run(args) => run::run(args, context),
        Action::Cancel(args) => cancel::run(&args, context),
        Action::Retry(args) => retry::run(&args, context),
        Action::Watch(args) => watch::run(&args, context),
    }
}
