//! `astra cron list`

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::own_token;
use crate::commands::Context;
use crate::commands::listing::ListArgs;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};

const HEAD: [&str; 7] = ["SCHEDULE", "STATE", "NEXT", "EXPRESSION", "TIMEZONE", "JOB", "NAME"];

/// List the schedules of the workspace, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  SCHEDULE  STATE  NEXT  EXPRESSION  TIMEZONE  JOB  NAME

STATE is active, paused or over. NEXT is the next slot in UTC.

Examples:
  astra cron list
  astra cron list --output json | jq '.[].next_slot_at'")]
pub(super) struct Args {
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// A row as the gateway answered it, and what is shown of it.
#[derive(Serialize)]
#[serde(transparent)]
struct Row {
    whole: Value,
    #[serde(skip)]
    schedule: Schedule,
}

#[derive(Debug, Deserialize)]
struct Schedule {
    id: String,
    name: String,
    expression: String,
    timezone: String,
    job: Job,
    is_paused: bool,
    next_slot_at: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Job {
    #[serde(rename = "type")]
    kind: String,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let schedules: Vec<Value> = args
        .gateway
        .ask("reading the schedules", own_token(), context, async |client| client.all("/cron/schedules", &[]).await)?;
    let rows = schedules.into_iter().map(|whole| {
        let schedule = Schedule::deserialize(&whole)
            .map_err(|fault| Error::new("the gateway has answered what is no schedule").because(&fault))?;
        Ok(Row { whole, schedule })
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    args.list.print(&context.printer, &rows, HEAD, |row| columns(&row.schedule))
}

fn columns(schedule: &Schedule) -> [String; 7] {
    let state = match (schedule.is_paused, &schedule.next_slot_at) {
        (true, _) => "paused",
        (false, Some(_)) => "active",
        (false, None) => "over",
    };
    [
        schedule.id.clone(),
        state.to_owned(),
        schedule.next_slot_at.clone().unwrap_or_else(|| "-".to_owned()),
        schedule.expression.clone(),
        schedule.timezone.clone(),
        schedule.job.kind.clone(),
        schedule.name.clone(),
    ]
}
