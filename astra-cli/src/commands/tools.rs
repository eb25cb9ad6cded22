//! `astra tools`: the tools that agents may call.

mod call;
mod list;

use clap::Subcommand;

use super::Context;
use crate::client::{Client, DEFAULT_SERVER};
use crate::env;
use crate::error::Result;

/// List the tools that agents may call, and call one
#[derive(Debug, clap::Args)]
#[command(after_help = "Asks a running gateway, with the token in ASTRA_TOKEN.

Examples:
  astra tools list
  astra tools list --agent assistant
  astra tools call calculate '{\"expression\": \"0.1 + 0.2\"}'")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    Call(call::Args),
}

/// The flags of every action.
#[derive(Debug, clap::Args)]
struct Place {
    /// The gateway [env: ASTRA_SERVER] [default: http://127.0.0.1:3000]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// The agent whose policy holds [default: none]
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
}

impl Place {
    fn client(&self, context: &Context) -> Result<Client> {
        let server = self.server.as_deref().or_else(|| context.environment.get(env::SERVER));
        Client::of_environment(server.unwrap_or(DEFAULT_SERVER), &context.environment)
    }
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::List(args) => list::run(&args, context),
        Action::Call(args) => call::run(args, context),
    }
}
