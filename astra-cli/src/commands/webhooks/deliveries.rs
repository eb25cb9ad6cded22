//! `astra webhooks deliveries`

use astra_core::clock::{Clock, SystemClock, rfc3339};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::own_token;
use crate::client::Client;
use crate::commands::listing::{LimitArgs, ListArgs};
use crate::commands::reach::Gateway;
use crate::commands::{Context, duration};
use crate::error::{Error, Result};

const HEAD: [&str; 7] = ["DELIVERY", "MADE", "EVENT", "STATUS", "ATTEMPTS", "ANSWER", "ERROR"];

/// List what was sent to a webhook, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  DELIVERY  MADE  EVENT  STATUS  ATTEMPTS  ANSWER  ERROR

Examples:
  astra webhooks deliveries hok_06a1b2c3d4e5q
  astra webhooks deliveries hok_06a1b2c3d4e5q --status failed --since 24h --output json")]
pub(super) struct Args {
    /// The webhook's id
    webhook: String,
    /// Only deliveries of this status
    #[arg(long, value_parser = ["pending", "sending", "succeeded", "failed"])]
    status: Option<String>,
    /// Only deliveries that were made so long ago or later, such as 45m, 12h or 7d
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    since: Option<i64>,
    #[command(flatten)]
    limit: LimitArgs,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// A delivery, as the gateway tells of it.
#[derive(Debug, Serialize, Deserialize)]
struct Delivery {
    id: String,
    event: String,
    status: String,
    attempt_count: u64,
    last_status: Option<u64>,
    last_error: Option<String>,
    created_at: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let is_id = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !args.webhook.strip_prefix("hok_").is_some_and(is_id) {
        return Err(Error::usage(format!("`{}` is not the id of a webhook", args.webhook))
            .hint("`astra webhooks list` shows the ids"));
    }
    let rows =
        args.gateway.ask("reading the deliveries", own_token(), context, async |client| fetch(client, args).await)?;
    args.list.print(&context.printer, &rows, HEAD, columns)
}

async fn fetch(client: &Client, args: &Args) -> Result<Vec<Delivery>> {
    let from = args.since.map(|seconds| rfc3339(SystemClock.now_ms().saturating_sub(seconds.saturating_mul(1_000))));
    let query = [("status", args.status.clone()), ("from", from)];
    args.limit.fetch(client, &format!("/webhooks/{}/deliveries", args.webhook), &query).await
}

fn columns(delivery: &Delivery) -> [String; 7] {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    [
        delivery.id.clone(),
        delivery.created_at.clone(),
        delivery.event.clone(),
        delivery.status.clone(),
        delivery.attempt_count.to_string(),
        or_dash(delivery.last_status.map(|status| status.to_string())),
        or_dash(delivery.last_error.clone()),
    ]
}
