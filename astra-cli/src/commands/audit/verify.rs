//! `astra audit verify`

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::own_token;
use crate::commands::Context;
use crate::commands::listing::json;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};

/// Find entries that were changed, removed or added in the database by hand
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit code 1 if there are some. The hash that is printed stands for the whole audit up to its entry: one \
who keeps it elsewhere can tell later that nobody has written the audit anew.

Examples:
  astra audit verify
  astra audit verify --json | jq .last_hash"
)]
pub(super) struct Args {
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: Gateway,
}

#[derive(Deserialize, Serialize)]
struct Report {
    is_intact: bool,
    entries: u64,
    purged: u64,
    removed_to: i64,
    first_sequence: Option<i64>,
    last_sequence: Option<i64>,
    last_hash: Option<String>,
    fault_count: u64,
    faults: Vec<Fault>,
}

#[derive(Deserialize, Serialize)]
struct Fault {
    kind: String,
    first_sequence: i64,
    last_sequence: i64,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    let report: Report = args.gateway.ask("verifying the audit", own_token(), context, async |client| {
        client.fetch(client.request(Method::GET, "/admin/audit/verify")).await
    })?;
    if args.json {
        context.printer.line(json(&report)?)?;
    } else if report.is_intact {
        let hash = report.last_hash.as_deref().unwrap_or("-");
        let last = report.last_sequence.unwrap_or(report.removed_to);
        context.printer.line(format!("{} entries up to number {last}, whose hash is {hash}", report.entries))?;
    }
    if report.is_intact {
        return Ok(());
    }
    let faults = if report.fault_count == 1 { "fault" } else { "faults" };
    let error = Error::new(format!("the audit is not as it was written: {} {faults}", report.fault_count));
    Err(report.faults.iter().fold(error, |error, fault| error.cause(said(fault))))
}

fn said(fault: &Fault) -> String {
    let Fault { kind, first_sequence: first, last_sequence: last } = fault;
    let numbers = if first == last { format!("entry {first}") } else { format!("entries {first} to {last}") };
    match kind.as_str() {
        "head_changed" => format!("the record of where the audit begins or ends does not fit {numbers}"),
        kind => format!("{kind}: {numbers}"),
    }
}
