//! `astra traces list`

use astra_core::clock::{Clock, SystemClock, rfc3339};
use serde::Deserialize;
use serde_json::Value;

use super::own_token;
use super::trace::{Trace, duration};
use crate::client::Client;
use crate::commands::listing::{LimitArgs, ListArgs};
use crate::commands::reach::Gateway;
use crate::commands::{Context, duration as span};
use crate::error::Result;

const HEAD: [&str; 8] = ["TRACE", "BEGAN", "AGENT", "STATUS", "TIME", "TOKENS", "MODEL", "QUESTION"];

/// List how turns went, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  TRACE  BEGAN  AGENT  STATUS  TIME  TOKENS  MODEL  QUESTION

Examples:
  astra traces list --limit 200
  astra traces list --agent support --min-duration-ms 2000
  astra traces list --status failed --since 7d --output json | jq '.[].error'")]
pub(super) struct Args {
    /// Only turns of this agent
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
    /// Only turns of this session
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// Only turns of this user or service account
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// Only turns that ended so
    #[arg(long, value_parser = ["completed", "failed", "cancelled", "interrupted"])]
    status: Option<String>,
    /// Only turns that began so long ago or later, such as 45m, 12h or 7d
    #[arg(long, value_name = "TIME", value_parser = span::parse)]
    since: Option<i64>,
    /// Only turns that took at least so many milliseconds
    #[arg(long, value_name = "MS")]
    min_duration_ms: Option<u32>,
    /// Only turns that the request with this X-Request-ID asked for
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
    #[command(flatten)]
    limit: LimitArgs,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// A row as the gateway answered it, and what is shown of it.
#[derive(serde::Serialize)]
#[serde(transparent)]
struct Row {
    whole: Value,
    #[serde(skip)]
    trace: Trace,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let rows =
        args.gateway.ask("reading the traces", own_token(), context, async |client| fetch(client, &args).await)?;
    args.list.print(&context.printer, &rows, HEAD, |row| columns(&row.trace))
}

async fn fetch(client: &Client, args: &Args) -> Result<Vec<Row>> {
    let query = [
        ("agent_id", args.agent.clone()),
        ("session_id", args.session.clone()),
        ("user_id", args.user.clone()),
        ("status", args.status.clone()),
        ("from", args.since.map(|seconds| rfc3339(SystemClock.now_ms().saturating_sub(seconds.saturating_mul(1_000))))),
        ("min_duration_ms", args.min_duration_ms.map(|duration_ms| duration_ms.to_string())),
        ("request_id", args.request_id.clone()),
    ];
    let rows: Vec<Value> = args.limit.fetch(client, "/traces", &query).await?;
    let read = |whole: Value| match Trace::deserialize(&whole) {
        Ok(trace) => Ok(Row { whole, trace }),
        Err(fault) => Err(client.no_gateway(&fault.to_string())),
    };
    rows.into_iter().map(read).collect()
}

fn columns(trace: &Trace) -> [String; 8] {
    [
        trace.trace_id.clone(),
        trace.created_at.clone(),
        trace.agent_id.clone(),
        trace.status.clone(),
        duration(trace.time.total_ms),
        trace.usage.total_tokens.to_string(),
        trace.model.clone().unwrap_or_else(|| "-".into()),
        trace.question.clone(),
    ]
}
