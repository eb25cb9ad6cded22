//! The command line: which commands there are. What each takes stands in its own file.

use clap::{Parser, Subcommand};

use crate::commands;

/// Run, manage and talk to an Astra gateway.
#[derive(Debug, Parser)]
#[command(name = "astra", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Examples:
  astra serve                        run a gateway here, with its data in ./astra-data
  astra token issue --name me --role owner
                                     issue a token for it
  astra chat                         talk to an agent
  astra console                      open the console in a browser
  astra traces list --status failed  say which turns failed
  astra spec --format yaml           print the OpenAPI document
  astra codegen typescript --out ts  generate a client from it

Data goes to stdout, everything else to stderr. Exit codes: 0 success, 1 failure, 2 wrong usage.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Serve(Box<commands::serve::Args>),
    Token(commands::token::Args),
    Account(commands::account::Args),
    Keys(commands::keys::Args),
    Workspace(commands::workspace::Args),
    Chat(commands::chat::Args),
    Console(commands::console::Args),
    Tools(commands::tools::Args),
    Approvals(commands::approvals::Args),
    Jobs(commands::jobs::Args),
    Memory(commands::memory::Args),
    Traces(commands::traces::Args),
    Audit(commands::audit::Args),
    Cron(commands::cron::Args),
    Webhooks(commands::webhooks::Args),
    Mcp(commands::mcp::Args),
    Spec(commands::spec::Args),
    Codegen(Box<commands::codegen::Args>),
    Skills(commands::skills::Args),
    Migrate(commands::migrate::Args),
    Config(commands::config::Args),
    Doctor(Box<commands::doctor::Args>),
    Backup(commands::backup::Args),
    Restore(commands::restore::Args),
    Export(commands::export::Args),
    Import(commands::import::Args),
    Completions(commands::completions::Args),
    Man(commands::man::Args),
}

impl Command {
    /// Runs the command.
    pub(crate) fn run(self, context: &commands::Context) -> crate::error::Result<()> {
        match self {
            Self::Serve(args) => commands::serve::run(&args, context),
            Self::Token(args) => commands::token::run(args, context),
            Self::Account(args) => commands::account::run(args, context),
            Self::Keys(args) => commands::keys::run(args, context),
            Self::Workspace(args) => commands::workspace::run(args, context),
            Self::Chat(args) => commands::chat::run(args, context),
            Self::Console(args) => commands::console::run(&args, context),
            Self::Tools(args) => commands::tools::run(args, context),
            Self::Approvals(args) => commands::approvals::run(args, context),
            Self::Jobs(args) => commands::jobs::run(args, context),
            Self::Memory(args) => commands::memory::run(args, context),
            Self::Traces(args) => commands::traces::run(args, context),
            Self::Audit(args) => commands::audit::run(args, context),
            Self::Cron(args) => commands::cron::run(args, context),
            Self::Webhooks(args) => commands::webhooks::run(args, context),
            Self::Mcp(args) => commands::mcp::run(&args, context),
            Self::Spec(args) => commands::spec::run(&args, context),
            Self::Codegen(args) => commands::codegen::run(&args, context),
            Self::Skills(args) => commands::skills::run(&args, context),
            Self::Migrate(args) => commands::migrate::run(args, context),
            Self::Config(args) => commands::config::run(&args, context),
            Self::Doctor(args) => commands::doctor::run(&args, context),
            Self::Backup(args) => commands::backup::run(args, context),
            Self::Restore(args) => commands::restore::run(args, context),
            Self::Export(args) => commands::export::run(args, context),
            Self::Import(args) => commands::import::run(args, context),
            Self::Completions(args) => commands::completions::run(&args, context),
            Self::Man(args) => commands::man::run(&args, context),
        }
    }
}
