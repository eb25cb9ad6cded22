//! `astra tools servers`

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::GatewayArgs;
use crate::commands::listing::ListArgs;
use crate::commands::{Context, block_on};
use crate::error::Result;

const HEAD: [&str; 6] = ["NAME", "ORIGIN", "STATUS", "TOOLS", "ADDRESS", "ERROR"];

/// List the MCP servers that tools come from
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  NAME  ORIGIN  STATUS  TOOLS  ADDRESS  ERROR

Examples:
  astra tools servers
  astra tools servers --output json | jq '.[].tools[].name'")]
pub(super) struct Args {
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// A server, as the gateway tells of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Server {
    pub(super) name: String,
    origin: String,
    pub(super) status: String,
    address: Option<String>,
    pub(super) error: Option<String>,
    pub(super) tools: Vec<Value>,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let client = args.gateway.client(context)?;
    let servers: Vec<Server> =
        block_on(context.printer.progress("reading the servers", client.all("/tools/servers", &[])))?;
    args.list.print(&context.printer, &servers, HEAD, columns)
}

fn columns(server: &Server) -> [String; 6] {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    [
        server.name.clone(),
        server.origin.clone(),
        server.status.clone(),
        server.tools.len().to_string(),
        or_dash(&server.address),
        or_dash(&server.error),
    ]
}
