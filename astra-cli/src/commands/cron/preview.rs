//! `astra cron preview`

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::own_token;
use crate::commands::Context;
use crate::commands::listing::ListArgs;
use crate::commands::reach::Gateway;
use crate::error::Result;

const HEAD: [&str; 3] = ["SLOT", "LOCAL", "DAYLIGHT SAVING"];

/// Show the next slots of a cron expression in a time zone, and what daylight saving does to them
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  SLOT  LOCAL  DAYLIGHT SAVING

DAYLIGHT SAVING is unaffected, moved (the local time does not exist on this day), first_of_two or \
second_of_two (it comes twice).

Examples:
  astra cron preview '30 7 * * MON-FRI'
  astra cron preview '30 2 * * *' --timezone Europe/Berlin --after 2027-03-27T00:00:00Z --count 3")]
pub(super) struct Args {
    /// The expression: minute, hour, day of the month, month, day of the week
    #[arg(value_name = "EXPRESSION", allow_hyphen_values = true)]
    expression: String,
    /// The time zone, by its name in the IANA database
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    timezone: String,
    /// Slots after this time, as RFC 3339 writes it [default: now]
    #[arg(long, value_name = "TIME")]
    after: Option<String>,
    /// How many to show
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    count: u32,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

#[derive(Debug, Deserialize)]
struct Preview {
    description: String,
    slots: Vec<Slot>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Slot {
    at: String,
    local: String,
    daylight_saving: String,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let Args { expression, timezone, after, count, .. } = args;
    let question = json!({"expression": expression, "timezone": timezone, "after": after, "count": count});
    let preview: Preview = args.gateway.ask("reading the expression", own_token(), context, async |client| {
        client.fetch(client.request(Method::POST, "/cron/preview").json(&question)).await
    })?;
    context.printer.note(&preview.description);
    if preview.slots.is_empty() {
        context.printer.note("It never comes: there is no such day.");
    }
    args.list.print(&context.printer, &preview.slots, HEAD, |slot| {
        [slot.at.clone(), slot.local.clone(), slot.daylight_saving.clone()]
    })
}
