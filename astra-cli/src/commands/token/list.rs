//! `astra token list`

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use super::Place;
use super::issuer::{Issuer, Token};
use crate::commands::{Context, block_on};
use crate::error::{Error, Result};

const HEAD: [&str; 6] = ["NAME", "ROLE", "TOKEN", "EXPIRES", "LAST USED", "SCOPES"];

/// List the tokens of all service accounts; their secrets are kept nowhere
#[derive(Debug, clap::Args)]
#[command(after_help = "A table for people; in a pipe the same columns separated by tabs, without the head.

Examples:
  astra token list
  astra token list | cut -f1,4
  astra token list --json | jq '.[].expires_at'")]
pub(super) struct Args {
    /// Print a JSON array
    #[arg(long)]
    json: bool,
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
    if args.json {
        let json = serde_json::to_string_pretty(&tokens);
        return printer.line(json.map_err(|fault| Error::new("cannot write JSON").because(&fault))?);
    }
    if printer.stdout_is_terminal() {
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(HEAD);
        table.add_rows(tokens.iter().map(columns));
        return printer.line(table.trim_fmt());
    }
    tokens.iter().try_for_each(|token| printer.line(columns(token).join("\t")))
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
