//! `astra audit list`

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::own_token;
use super::wanted::Wanted;
use crate::client::Client;
use crate::commands::Context;
use crate::commands::listing::ListArgs;
use crate::commands::reach::Gateway;
use crate::error::Result;

const HEAD: [&str; 7] = ["NUMBER", "TIME", "ACTOR", "ADDRESS", "OPERATION", "TARGET", "DIFFERENT"];
/// Rows of one request.
const PAGE: usize = 200;

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
    /// How many to list
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
    next_cursor: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let rows =
        args.gateway.ask("reading the audit", own_token(), context, async |client| fetch(client, &args).await)?;
    args.list.print(&context.printer, &rows, HEAD, columns)
}

async fn fetch(client: &Client, args: &Args) -> Result<Vec<Value>> {
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let (mut rows, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut query = args.wanted.query();
        query.push(("limit", PAGE.min(limit - rows.len()).to_string()));
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let page: Page = client.fetch(client.request(Method::GET, "/admin/audit").query(&query)).await?;
        rows.extend(page.data);
        cursor = page.next_cursor;
        if cursor.is_none() || rows.len() >= limit {
            return Ok(rows);
        }
    }
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
