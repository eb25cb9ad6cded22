//! `astra channels`: where people meet agents on the platforms that they already use, by a gateway's API; and a
//! platform that is simulated.

mod add;
mod answers;
mod channel;
mod check;
mod delete;
mod link_code;
mod list;
mod logs;
mod platform;
mod questions;
mod rotate;
mod show;
mod simulate;

use astra_core::auth::{Role, Scope};
use clap::{Subcommand, ValueEnum};

use super::Context;
use super::token::NewToken;
use crate::error::Result;

/// The service account of commands that begin without a token.
const OWN_ACCOUNT: &str = "astra-channels";
/// How long such a command may take, in seconds; its token is revoked when it ends.
const OWN_TOKEN_LIFE_S: i64 = 3_600;

/// Connect agents to Slack, Telegram, e-mail and other platforms of messages
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Asks the gateway of this machine, or the one of --server or ASTRA_SERVER with the token of an admin in ASTRA_TOKEN.

Examples:
  astra channels add slack
  astra channels list
  astra channels check chn_06a1b2c3d4e5q
  astra channels logs chn_06a1b2c3d4e5q --status failed
  astra channels simulate slack 'What can you do?'"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    Add(Box<add::Args>),
    Show(show::Args),
    Check(check::Args),
    Logs(logs::Args),
    Rotate(rotate::Args),
    Delete(delete::Args),
    LinkCode(link_code::Args),
    Simulate(simulate::Args),
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
        role: Some(Role::Admin),
        scopes: Some(vec![Scope::ChannelsRead, Scope::ChannelsWrite, Scope::AgentsRead]),
        expires_in_s: Some(OWN_TOKEN_LIFE_S),
    }
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::List(args) => list::run(&args, context),
        Action::Add(args) => add::run(&args, context),
        Action::Show(args) => show::run(&args, context),
        Action::Check(args) => check::run(&args, context),
        Action::Logs(args) => logs::run(&args, context),
        Action::Rotate(args) => rotate::run(&args, context),
        Action::Delete(args) => delete::run(&args, context),
        Action::LinkCode(args) => link_code::run(&args, context),
        Action::Simulate(args) => simulate::run(&args, context),
    }
}
