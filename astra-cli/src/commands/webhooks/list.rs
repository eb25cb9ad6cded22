//! `astra webhooks list`

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::own_token;
use crate::commands::Context;
use crate::commands::listing::ListArgs;
use crate::commands::reach::Gateway;
use crate::error::Result;

const HEAD: [&str; 5] = ["WEBHOOK", "STATUS", "FAILURES", "EVENTS", "URL"];

/// List where events are sent, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "FAILURES are those since the last success.

Columns, in a pipe separated by tabs and without this line:
  WEBHOOK  STATUS  FAILURES  EVENTS  URL

Examples:
  astra webhooks list
  astra webhooks list --output json | jq '.[].last_success_at'")]
pub(super) struct Args {
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// A webhook, as the gateway tells of it.
#[derive(Debug, Serialize, Deserialize)]
struct Webhook {
    id: String,
    url: String,
    events: Vec<String>,
    is_enabled: bool,
    disabled_reason: Option<String>,
    consecutive_failures: u64,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let webhooks: Vec<Webhook> = args
        .gateway
        .ask("reading the webhooks", own_token(), context, async |client| client.all("/webhooks", &[]).await)?;
    args.list.print(&context.printer, &webhooks, HEAD, columns)
}

fn columns(webhook: &Webhook) -> [String; 5] {
    let status = match (webhook.is_enabled, &webhook.disabled_reason) {
        (true, _) => "on".to_owned(),
        (false, Some(reason)) => format!("off ({reason})"),
        (false, None) => "off".to_owned(),
    };
    let events = if webhook.events.is_empty() { "all".to_owned() } else { webhook.events.join(",") };
    [webhook.id.clone(), status, webhook.consecutive_failures.to_string(), events, webhook.url.clone()]
}
