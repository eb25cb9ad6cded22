//! `astra workspace members`

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::own_token;
use super::place::{Wanted, within};
use crate::commands::Context;
use crate::commands::listing::ListArgs;
use crate::commands::reach::Gateway;
use crate::error::Result;

const HEAD: [&str; 5] = ["USER", "EMAIL", "NAME", "ROLE", "JOINED"];

/// List the people of a workspace, the one who joined last first
#[derive(Debug, clap::Args)]
#[command(after_help = "Columns, in a pipe separated by tabs and without this line:
  USER  EMAIL  NAME  ROLE  JOINED

Examples:
  astra workspace members
  astra workspace members --workspace wsp_06a1b2c3d4e5q --output json | jq -r '.[].email'")]
pub(super) struct Args {
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// A person, as the gateway tells of it.
#[derive(Debug, Serialize, Deserialize)]
struct Member {
    user_id: String,
    email: Option<String>,
    display_name: Option<String>,
    role: String,
    joined_at: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let members: Vec<Member> = args.gateway.ask("reading the members", own_token(), context, async |client| {
        within(client, args.wanted.id(), context, async |client, workspace| {
            client.all(&format!("/workspaces/{}/members", workspace.id), &[]).await
        })
        .await
    })?;
    args.list.print(&context.printer, &members, HEAD, columns)
}

fn columns(member: &Member) -> [String; 5] {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    [
        member.user_id.clone(),
        or_dash(&member.email),
        or_dash(&member.display_name),
        member.role.clone(),
        member.joined_at.clone(),
    ]
}
