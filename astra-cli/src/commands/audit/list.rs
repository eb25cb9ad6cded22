//! `astra audit list`

use serde_json::Value;

use super::own_token;
use super::wanted::Wanted;
use crate::commands::Context;
use crate::commands::listing::{LimitArgs, ListArgs};
use crate::commands::reach::Gateway;
use crate::error::Result;

const HEAD: [&str; 7] = ["NUMBER", "TIME", "ACTOR", "ADDRESS", "OPERATION", "TARGET", "DIFFERENT"];

/// List who changed what, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  NUMBER  TIME  ACTOR  ADDRESS  OPERATION  TARGET  DIFFERENT

Examples:
  astra audit list --limit 200
  astra audit list --actor usr_06a1b2c3d4e5q --since 7d
  astra audit list --target-kind agent --output json | jq '.[].differences'")]
pub(super) struct Args {
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    limit: LimitArgs,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let rows: Vec<Value> = args.gateway.ask("reading the audit", own_token(), context, async |client| {
        args.limit.fetch(client, "/admin/audit", &args.wanted.query()).await
    })?;
    args.list.print(&context.printer, &rows, HEAD, columns)
}

fn columns(entry: &Value) -> [String; 7] {
    let text = |name: &str| entry[name].as_str().unwrap_or("-").to_owned();
    let places = entry["differences"].as_array().into_iter().flatten();
    let places: Vec<&str> = places.filter_map(|difference| difference["pointer"].as_str()).collect();
    [
        entry["sequence"].to_string(),
        text("created_at"),
        text("actor"),
        text("address"),
        text("operation"),
        format!("{} {}", text("target_kind"), text("target_id")),
        if places.is_empty() { "-".to_owned() } else { places.join(" ") },
    ]
}
