//! `astra jobs cancel`

use reqwest::Method;

use super::job::{Job, path};
use super::{Form, own_token};
use crate::commands::Context;
use crate::commands::reach::Gateway;
use crate::error::Result;

/// Cancel a job: one that waits ends at once, one that runs is asked to stop
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra jobs cancel job_06a1b2c3d4e5q")]
pub(super) struct Args {
    /// The job's id
    #[arg(value_name = "ID")]
    id: String,
    /// How to print the job
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let path = path(&args.id)?;
    let job = args.gateway.ask("cancelling the job", own_token(), context, async |client| {
        Job::read(client, client.fetch(client.request(Method::DELETE, &path)).await?)
    })?;
    if args.output == Form::Json {
        return job.print(Form::Json, &context.printer);
    }
    let said = if job.is_over() { "is cancelled" } else { "is asked to stop" };
    context.printer.note(format!("{} {said}", job.shown.id));
    Ok(())
}
