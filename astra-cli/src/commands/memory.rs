//! `astra memory`: what agents remember, by a gateway's API.

mod evaluate;
mod search;
mod show;
mod transfer;
mod undo;

use std::io::Read as _;
use std::path::Path;

use astra_core::auth::{Role, Scope};
use clap::{Subcommand, ValueEnum};

use super::Context;
use super::token::NewToken;
use crate::error::{Error, Result};

/// The service account of commands that begin without a token. It sees the workspace's memory alone.
const OWN_ACCOUNT: &str = "astra-memory";
/// How long such a command may take, in seconds; its token is revoked when it ends.
const OWN_TOKEN_LIFE_S: i64 = 3600;

/// Search what agents remember, say why it was found, measure it, take it back, export and import it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Asks the gateway of this machine, or the one of --server or ASTRA_SERVER with the token in ASTRA_TOKEN.
A token shows its own user's memory and the workspace's; without a token, the workspace's alone is shown.

Examples:
  astra memory search 'When are releases made?'
  astra memory show mem_06a1b2c3d4e5q --history
  astra memory undo --turn trn_06a1b2c3d4e5q"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Action {
    Search(search::Args),
    Show(show::Args),
    Undo(undo::Args),
    Evaluate(evaluate::Args),
    Export(transfer::ExportArgs),
    Import(transfer::ImportArgs),
}

/// How an answer is printed.
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
        scopes: Some(vec![Scope::MemoryRead, Scope::MemoryWrite, Scope::JobsRead]),
        expires_in_s: Some(OWN_TOKEN_LIFE_S),
    }
}

/// The text of a file; `-` is stdin. `what` is what it holds.
fn read(file: &Path, what: &str) -> Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        let failed = |fault| Error::new(format!("cannot read the {what} on stdin")).because(&fault);
        std::io::stdin().read_to_string(&mut text).map_err(failed)?;
        return Ok(text);
    }
    std::fs::read_to_string(file).map_err(|fault| Error::new(format!("cannot read {}", file.display())).because(&fault))
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    match args.action {
        Action::Search(args) => search::run(&args, context),
        Action::Show(args) => show::run(&args, context),
        Action::Undo(args) => undo::run(&args, context),
        Action::Evaluate(args) => evaluate::run(&args, context),
        Action::Export(args) => transfer::export(&args, context),
        Action::Import(args) => transfer::import(&args, context),
    }
}
