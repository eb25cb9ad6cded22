//! `astra workspace list`

use super::own_token;
use super::place::Workspace;
use crate::commands::Context;
use crate::commands::listing::ListArgs;
use crate::commands::reach::Gateway;
use crate::error::Result;

const HEAD: [&str; 5] = ["WORKSPACE", "NAME", "ROLE", "CURRENT", "CREATED"];

/// List your workspaces, the one that you joined last first
#[derive(Debug, clap::Args)]
#[command(after_help = "CURRENT is `yes` for the workspace that the token is for.

Columns, in a pipe separated by tabs and without this line:
  WORKSPACE  NAME  ROLE  CURRENT  CREATED

Examples:
  astra workspace list
  astra workspace list --output json | jq -r '.[].id'")]
pub(super) struct Args {
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let workspaces: Vec<Workspace> =
        args.gateway
            .ask("reading the workspaces", own_token(), context, async |client| client.all("/workspaces", &[]).await)?;
    args.list.print(&context.printer, &workspaces, HEAD, columns)
}

fn columns(workspace: &Workspace) -> [String; 5] {
    let is_current = if workspace.is_current { "yes" } else { "no" };
    [
        workspace.id.clone(),
        workspace.name.clone(),
        workspace.role.clone(),
        is_current.to_owned(),
        workspace.created_at.clone(),
    ]
}
