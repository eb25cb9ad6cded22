//! `astra jobs retry`

use reqwest::Method;

use super::Form;
use super::job::{Job, path};
use super::watch::{self, WatchArgs};
use crate::client::Client;
use crate::commands::Context;
use crate::commands::reach::Gateway;
use crate::error::Result;

/// Do again what a job did that has ended, as a new job
#[derive(Debug, clap::Args)]
#[command(after_help = "Prints the new job's id; with --watch, what it came to.

Examples:
  astra jobs retry job_06a1b2c3d4e5q --watch")]
pub(super) struct Args {
    /// The job's id
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    watch: WatchArgs,
    /// How to print the new job
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let path = format!("{}/retry", path(&args.id)?);
    let retry = async |client: &Client| Job::read(client, client.fetch(client.request(Method::POST, &path)).await?);
    watch::begun(&args.gateway, "enqueuing the job", retry, args.watch, args.output, context)
}
