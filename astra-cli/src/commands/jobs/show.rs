//! `astra jobs show`

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::job::{Job, path};
use super::{Form, own_token};
use crate::commands::Context;
use crate::commands::reach::Gateway;
use crate::error::Result;
use crate::harmless::on_one_line;

/// Show a job, with what it is about, what it came to and its log
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

/// A line of the job's log.
#[derive(Deserialize)]
struct Line {
    at: String,
    attempt: u32,
    message: String,
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
    let (job, lines) = args.gateway.ask("reading the job", own_token(), context, async |client| {
        let job = Job::read(client, client.fetch(client.request(Method::GET, &path)).await?)?;
        let lines: Vec<Line> = match args.output {
            Form::Json => Vec::new(),
            Form::Text => client.all(&format!("{path}/logs"), &[]).await?,
        };
        Ok((job, lines))
    })?;
    let printer = &context.printer;
    job.print(args.output, printer)?;
    if !lines.is_empty() {
        printer.line("log")?;
    }
    let line = |Line { at, attempt, message }: &Line| format!("{at} attempt {attempt}: {message}");
    lines.iter().try_for_each(|said| printer.line(on_one_line(&line(said))))
}
