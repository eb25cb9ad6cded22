//! `astra tools`: the tools that agents may call, and the MCP servers that they come from.

mod call;
mod connect;
mod disconnect;
mod list;
mod servers;

use clap::Subcommand;

use super::{Context, reach};
use crate::client::Client;
use crate::error::Result;

/// List the tools that agents may call, call one, and connect MCP servers
#[derive(Debug, clap::Args)]
#[command(after_help = "Asks a running gateway, with the token in ASTRA_TOKEN.

Examples:
  astra tools list
  astra tools list --agent assistant
  astra tools call calculate '{\"expression\": \"0.1 + 0.2\"}'
  astra tools connect crm https://mcp.example.com/mcp
  astra tools servers")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    Call(call::Args),
    Servers(servers::Args),
    Connect(connect::Args),
    Disconnect(disconnect::Args),
}

/// The flag of every action.
#[derive(Debug, clap::Args)]
struct GatewayArgs {
    /// The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
}

/// The flags of actions that a policy may hold for.
#[derive(Debug, clap::Args)]
struct Place {
    #[command(flatten)]
    gateway: GatewayArgs,
    /// The agent whose policy holds [default: none]
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
}

impl GatewayArgs {
    fn client(&self, context: &Context) -> Result<Client> {
        reach::of_environment(self.server.as_deref(), context)
    }
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::List(args) => list::run(&args, context),
        Action::Call(args) => call::run(args, context),
        Action::Servers(args) => servers::run(&args, context),
        Action::Connect(args) => connect::run(&args, context),
        Action::Disconnect(args) => disconnect::run(&args, context),
    }
}
