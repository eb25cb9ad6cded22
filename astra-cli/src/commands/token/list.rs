//! `astra token list`

use super::Place;
use super::issuer::{Issuer, Token};
use crate::commands::listing::ListArgs;
use crate::commands::{Context, block_on};
use crate::error::Result;

const HEAD: [&str; 6] = ["NAME", "ROLE", "TOKEN", "EXPIRES", "LAST USED", "SCOPES"];

/// List the tokens of all service accounts; their secrets are not kept
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  NAME  ROLE  TOKEN  EXPIRES  LAST USED  SCOPES

Examples:
  astra token list
  astra token list | cut -f1,4
  astra token list --output json | jq '.[].expires_at'")]
pub(super) struct Args {
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    place: Place,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let printer = &context.printer;
    let list = async {
        let issuer = Issuer::of(&args.place, context).await?;
        issuer.list().await
    };
    let tokens = block_on(async { printer.progress("reading the tokens", list).await })?;
    args.list.print(printer, &tokens, HEAD, columns)
}

fn columns(token: &Token) -> [String; 6] {
    [
        token.name.clone(),
        token.role.clone(),
        token.id.clone(),
        token.expires_at.clone(),
        token.last_used_at.clone().unwrap_or_else(|| "never".into()),
        token.scopes.join(" "),
    ]
}
