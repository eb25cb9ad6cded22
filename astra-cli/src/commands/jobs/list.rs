//! `astra jobs list`

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::job::Job;
use super::own_token;
use crate::client::Client;
use crate::commands::Context;
use crate::commands::listing::ListArgs;
use crate::commands::reach::Gateway;
use crate::error::Result;

const HEAD: [&str; 7] = ["JOB", "TYPE", "STATUS", "PROGRESS", "ATTEMPTS", "ENQUEUED", "WORDS"];
/// Rows of one request.
const PAGE: usize = 200;

/// List jobs, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  JOB  TYPE  STATUS  PROGRESS  ATTEMPTS  ENQUEUED  WORDS
WORDS is what its worker says of it, or why it failed.

Examples:
  astra jobs list --limit 200
  astra jobs list --type batch_chat --status running
  astra jobs list --status failed --output json | jq '.[].error'")]
pub(super) struct Args {
    /// Only jobs of this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Only jobs with this status
    #[arg(long, value_parser = ["pending", "running", "succeeded", "failed", "cancelled", "unknown"])]
    status: Option<String>,
    /// Only jobs of this user or service account
    #[arg(long, value_name = "ID")]
    user: Option<String>,
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
    let jobs = args.gateway.ask("reading the jobs", own_token(), context, async |client| fetch(client, &args).await)?;
    args.list.print(&context.printer, &jobs, HEAD, columns)
}

async fn fetch(client: &Client, args: &Args) -> Result<Vec<Job>> {
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let (mut jobs, mut cursor) = (Vec::new(), None);
    loop {
        let count = PAGE.min(limit - jobs.len()).to_string();
        let wanted = [
            ("type", &args.kind),
            ("status", &args.status),
            ("user_id", &args.user),
            ("cursor", &cursor),
            ("limit", &Some(count)),
        ];
        let query: Vec<_> = wanted.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))).collect();
        let page: Page = client.fetch(client.request(Method::GET, "/jobs").query(&query)).await?;
        for whole in page.data {
            jobs.push(Job::read(client, whole)?);
        }
        cursor = page.next_cursor;
        if cursor.is_none() || jobs.len() >= limit {
            return Ok(jobs);
        }
    }
}

fn columns(job: &Job) -> [String; 7] {
    let shown = &job.shown;
    [
        shown.id.clone(),
        shown.kind.clone(),
        shown.status.clone(),
        format!("{} %", shown.progress),
        shown.attempts.to_string(),
        shown.created_at.clone(),
        job.words(),
    ]
}
