//! `astra workspace delete`

use std::io::{BufRead as _, IsTerminal as _};

use reqwest::Method;

use super::own_token;
use super::place::{Workspace, within};
use crate::commands::Context;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};

/// Delete a workspace with all that is in it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Agents, sessions, memory, jobs and the audit of the workspace go, and nothing brings them back: `astra export` makes a \
copy before. The first workspace of a gateway cannot be deleted.

Examples:
  astra workspace delete wsp_06a1b2c3d4e5q
  astra workspace delete wsp_06a1b2c3d4e5q --yes"
)]
pub(super) struct Args {
    /// The workspace's id, one that you own
    #[arg(value_name = "ID")]
    id: String,
    /// Do not ask whether it is meant
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    if !args.yes && !std::io::stdin().is_terminal() {
        return Err(Error::usage("a workspace is not deleted without a question").hint("--yes answers it"));
    }
    args.gateway.follow(own_token(), context, async |client| {
        within(client, Some(&args.id), context, async |client, workspace| {
            if !args.yes {
                confirm(workspace, context)?;
            }
            client.send(client.request(Method::DELETE, &format!("/workspaces/{}", workspace.id))).await?;
            context.printer.note(format!("{} {} is deleted", workspace.id, workspace.name));
            Ok(())
        })
        .await
    })
}

/// Asks in the terminal whether it is meant.
fn confirm(workspace: &Workspace, context: &Context) -> Result<()> {
    let Workspace { id, name, .. } = workspace;
    context.printer.note(format!(
        "{name} ({id}) is deleted with all that is in it, and nothing brings it back. Write its name to go on:"
    ));
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|fault| Error::new("cannot read the answer").because(&fault))?;
    if line.trim() == name.trim() {
        Ok(())
    } else {
        Err(Error::new(format!("{id} is not deleted: that is not its name")))
    }
}
