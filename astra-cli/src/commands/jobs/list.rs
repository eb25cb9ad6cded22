//! `astra jobs list`

use serde_json::Value;

use super::job::Job;
use super::own_token;
use crate::client::Client;
use crate::commands::Context;
use crate::commands::listing::{LimitArgs, ListArgs};
use crate::commands::reach::Gateway;
use crate::error::Result;

const HEAD: [&str; 7] = ["JOB", "TYPE", "STATUS", "PROGRESS", "ATTEMPTS", "ENQUEUED", "WORDS"];

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
    #[command(flatten)]
    limit: LimitArgs,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let jobs = args.gateway.ask("reading the jobs", own_token(), context, async |client| fetch(client, &args).await)?;
    args.list.print(&context.printer, &jobs, HEAD, columns)
}

async fn fetch(client: &Client, args: &Args) -> Result<Vec<Job>> {
    let query = [("type", args.kind.clone()), ("status", args.status.clone()), ("user_id", args.user.clone())];
    let rows: Vec<Value> = args.limit.fetch(client, "/jobs", &query).await?;
    rows.into_iter().map(|whole| Job::read(client, whole)).collect()
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
