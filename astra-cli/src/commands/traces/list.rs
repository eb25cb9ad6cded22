//! `astra traces list`

use astra_core::clock::{Clock, SystemClock, rfc3339};
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::own_token;
use super::trace::{Trace, duration};
use crate::client::Client;
use crate::commands::listing::ListArgs;
use crate::commands::reach::Gateway;
use crate::commands::{Context, duration as span};
use crate::error::Result;

const HEAD: [&str; 8] = ["TRACE", "BEGAN", "AGENT", "STATUS", "TIME", "TOKENS", "MODEL", "QUESTION"];
/// Rows of one request.
const PAGE: usize = 200;

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
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let (mut rows, mut cursor) = (Vec::new(), None);
    let from = args.since.map(|seconds| rfc3339(SystemClock.now_ms().saturating_sub(seconds.saturating_mul(1_000))));
    let min_duration_ms = args.min_duration_ms.map(|duration_ms| duration_ms.to_string());
    loop {
        let count = PAGE.min(limit - rows.len()).to_string();
        let wanted = [
            ("agent_id", &args.agent),
            ("session_id", &args.session),
            ("user_id", &args.user),
            ("status", &args.status),
            ("from", &from),
            ("min_duration_ms", &min_duration_ms),
            ("request_id", &args.request_id),
            ("cursor", &cursor),
            ("limit", &Some(count)),
        ];
        let wanted = wanted.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let query: Vec<_> = wanted.collect();
        let page: Page = client.fetch(client.request(Method::GET, "/traces").query(&query)).await?;
        for whole in page.data {
            let trace = Trace::deserialize(&whole).map_err(|fault| client.no_gateway(&fault.to_string()))?;
            rows.push(Row { whole, trace });
        }
        cursor = page.next_cursor;
        if cursor.is_none() || rows.len() >= limit {
            return Ok(rows);
        }
    }
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
