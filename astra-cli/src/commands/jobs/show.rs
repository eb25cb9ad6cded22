//! `astra jobs show`

use reqwest::Method;
use serde_json::Value;

use super::job::{Job, path};
use super::{Form, own_token};
use crate::commands::Context;
use crate::commands::reach::Gateway;
use crate::error::Result;

/// Show a job, with what it is about and what it came to
#[derive(Debug, clap::Args)]
#[command(
    after_help = "With --results, each line is what became of one question of the job, as JSON, also while it runs.

Examples:
  astra jobs show job_06a1b2c3d4e5q
  astra jobs show job_06a1b2c3d4e5q --output json | jq .result
  astra jobs show job_06a1b2c3d4e5q --results > answers.jsonl"
)]
pub(super) struct Args {
    /// The job's id
    #[arg(value_name = "ID")]
    id: String,
    /// Print what became of its questions instead, one a line
    #[arg(long, conflicts_with = "output")]
    results: bool,
    /// How to print it
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let path = path(&args.id)?;
    if args.results {
        let path = format!("{path}/results");
        let rows: Vec<Value> = args
            .gateway
            .ask("reading the results", own_token(), context, async |client| client.all(&path, &[]).await)?;
        return rows.iter().try_for_each(|row| context.printer.line(row.to_string()));
    }
    let job = args.gateway.ask("reading the job", own_token(), context, async |client| {
        Job::read(client, client.fetch(client.request(Method::GET, &path)).await?)
    })?;
    job.print(args.output, &context.printer)
}
