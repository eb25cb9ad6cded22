//! `astra cron trigger`

use reqwest::Method;
use serde_json::Value;

use super::own_token;
use crate::commands::Context;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};

/// Run a schedule's job now, and print the id of the job
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The job belongs to the schedule's owner, and the next slot stays where it is. While the last job \
has not ended, on_overlap of the schedule decides: skip refuses, queue waits, allow runs both.

Examples:
  astra cron trigger sch_06a1b2c3d4e5q"
)]
pub(super) struct Args {
    /// The schedule's id
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    if !args.id.strip_prefix("sch_").is_some_and(|key| key.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        return Err(
            Error::usage(format!("`{}` is not the id of a schedule", args.id)).hint("`astra cron list` shows them")
        );
    }
    let run: Value = args.gateway.ask("triggering", own_token(), context, async |client| {
        client.fetch(client.request(Method::POST, &format!("/cron/schedules/{}/trigger", args.id))).await
    })?;
    match run["job_id"].as_str() {
        Some(job) => context.printer.line(job),
        None => {
            context.printer.note(format!("{} waits until the last job of the schedule has ended", args.id));
            Ok(())
        }
    }
}
