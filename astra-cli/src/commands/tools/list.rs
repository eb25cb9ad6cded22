//! `astra tools list`

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Place;
use crate::commands::listing::ListArgs;
use crate::commands::{Context, block_on};
use crate::error::Result;

const HEAD: [&str; 5] = ["NAME", "SOURCE", "POLICY", "EFFECT", "DESCRIPTION"];

/// List the tools that there are; with --agent what the agent's policy says of each
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  NAME  SOURCE  POLICY  EFFECT  DESCRIPTION

Examples:
  astra tools list --agent assistant
  astra tools list --output json | jq '.[].name'")]
pub(super) struct Args {
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    place: Place,
}

/// A tool, as the gateway tells of it.
#[derive(Debug, Serialize, Deserialize)]
struct Tool {
    name: String,
    description: String,
    source: String,
    is_read_only: bool,
    is_destructive: bool,
    is_idempotent: bool,
    timeout_ms: u64,
    decision: Option<String>,
    parameters: Value,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let client = args.place.gateway.client(context)?;
    let query: Vec<(&str, &str)> = args.place.agent.iter().map(|agent| ("agent_id", agent.as_str())).collect();
    let tools: Vec<Tool> = block_on(context.printer.progress("reading the tools", client.all("/tools", &query)))?;
    args.list.print(&context.printer, &tools, HEAD, columns)
}

fn columns(tool: &Tool) -> [String; 5] {
    let effect = match (tool.is_read_only, tool.is_destructive) {
        (true, _) => "reads",
        (false, true) => "destroys",
        (false, false) => "changes",
    };
    let decision = tool.decision.as_deref().unwrap_or("-");
    [tool.name.clone(), tool.source.clone(), decision.to_owned(), effect.to_owned(), tool.description.clone()]
}
