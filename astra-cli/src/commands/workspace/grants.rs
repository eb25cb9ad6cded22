//! `astra workspace grants`

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::own_token;
use super::place::{Wanted, within};
use crate::commands::Context;
use crate::commands::listing::ListArgs;
use crate::commands::reach::Gateway;
use crate::error::Result;

const HEAD: [&str; 9] = ["GRANT", "DIRECTION", "STATUS", "AGENT", "WORKSPACE", "ENDS", "REQUESTS", "TOKENS", "USD"];

/// List the agents that a workspace lends and borrows, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "WORKSPACE is the other side. Columns, in a pipe separated by tabs and without this line:
  GRANT  DIRECTION  STATUS  AGENT  WORKSPACE  ENDS  REQUESTS  TOKENS  USD

Examples:
  astra workspace grants
  astra workspace grants --output json | jq '.[] | select(.status == \"active\").used'")]
pub(super) struct Args {
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// A grant, as the gateway tells of it.
#[derive(Debug, Serialize, Deserialize)]
struct Grant {
    id: String,
    direction: String,
    status: String,
    lender_id: String,
    borrower_id: String,
    agent_id: String,
    expires_at: String,
    used: Used,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// What was used of the agent.
#[derive(Debug, Serialize, Deserialize)]
struct Used {
    requests: i64,
    input_tokens: i64,
    output_tokens: i64,
    cost_usd: f64,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let grants: Vec<Grant> = args.gateway.ask("reading the grants", own_token(), context, async |client| {
        within(client, args.wanted.id(), context, async |client, workspace| {
            client.all(&format!("/workspaces/{}/grants", workspace.id), &[]).await
        })
        .await
    })?;
    args.list.print(&context.printer, &grants, HEAD, columns)
}

fn columns(grant: &Grant) -> [String; 9] {
    let other = if grant.direction == "lent" { &grant.borrower_id } else { &grant.lender_id };
    [
        grant.id.clone(),
        grant.direction.clone(),
        grant.status.clone(),
        grant.agent_id.clone(),
        other.clone(),
        grant.expires_at.clone(),
        grant.used.requests.to_string(),
        grant.used.input_tokens.saturating_add(grant.used.output_tokens).to_string(),
        format!("{:.4}", grant.used.cost_usd),
    ]
}
