//! `astra approvals list`

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::own_token;
use crate::commands::Context;
use crate::commands::listing::ListArgs;
use crate::commands::reach::Gateway;
use crate::error::Result;

const HEAD: [&str; 7] = ["APPROVAL", "STATUS", "AGENT", "USER", "TOOL", "UNTIL", "ARGUMENTS"];

/// List the calls that wait for a decision; with --status others, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  APPROVAL  STATUS  AGENT  USER  TOOL  UNTIL  ARGUMENTS

Examples:
  astra approvals list
  astra approvals list --status expired
  astra approvals list --output json | jq '.[].id'")]
pub(super) struct Args {
    /// Those in this state
    #[arg(
        long,
        default_value = "pending",
        value_parser = ["pending", "approved", "denied", "expired", "cancelled", "all"]
    )]
    status: String,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// A call and its approval, as the gateway tells of them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Approval {
    id: String,
    status: String,
    turn_id: String,
    session_id: String,
    agent_id: String,
    user_id: String,
    call_id: String,
    tool: String,
    arguments: Value,
    decided_by: Option<String>,
    note: Option<String>,
    created_at: String,
    expires_at: String,
    decided_at: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let status = Some(args.status.as_str()).filter(|status| *status != "all");
    let query: Vec<(&str, &str)> = status.into_iter().map(|status| ("status", status)).collect();
    let approvals: Vec<Approval> = args.gateway.ask("reading the approvals", own_token(), context, async |client| {
        client.all("/tools/approvals", &query).await
    })?;
    args.list.print(&context.printer, &approvals, HEAD, columns)
}

fn columns(approval: &Approval) -> [String; 7] {
    let Approval { id, status, agent_id, user_id, tool, expires_at, arguments, .. } = approval;
    let texts = [id, status, agent_id, user_id, tool, expires_at].map(Clone::clone);
    let [id, status, agent, user, tool, until] = texts;
    [id, status, agent, user, tool, until, arguments.to_string()]
}
