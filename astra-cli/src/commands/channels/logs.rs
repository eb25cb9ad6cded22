//! `astra channels logs`

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::channel::path;
use super::own_token;
use crate::commands::Context;
use crate::commands::listing::{LimitArgs, ListArgs};
use crate::commands::reach::Gateway;
use crate::error::Result;

const HEAD: [&str; 7] = ["EVENT", "RECEIVED", "STATUS", "CONVERSATION", "PERSON", "SESSION", "REASON"];

/// List what came to a channel and what came of it, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "What was said is in the sessions. REASON is why something is ignored or not answered.

Columns, in a pipe separated by tabs and without this line:
  EVENT  RECEIVED  STATUS  CONVERSATION  PERSON  SESSION  REASON

Examples:
  astra channels logs chn_06a1b2c3d4e5q
  astra channels logs chn_06a1b2c3d4e5q --status failed --output json")]
pub(super) struct Args {
    /// The channel's id
    #[arg(value_name = "ID")]
    id: String,
    /// Only messages of this status
    #[arg(long, value_parser = ["waiting", "sending", "answered", "ignored", "failed", "unknown"])]
    status: Option<String>,
    #[command(flatten)]
    limit: LimitArgs,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// An event, as the gateway tells of it.
#[derive(Debug, Serialize, Deserialize)]
struct Message {
    event_id: String,
    status: String,
    reason: Option<String>,
    conversation: Option<String>,
    person: Option<String>,
    session_id: Option<String>,
    received_at: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let path = format!("{}/messages", path(&args.id)?);
    let query = [("status", args.status.clone())];
    let messages: Vec<Message> = args.gateway.ask("reading the messages", own_token(), context, async |client| {
        args.limit.fetch(client, &path, &query).await
    })?;
    args.list.print(&context.printer, &messages, HEAD, columns)
}

fn columns(message: &Message) -> [String; 7] {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    [
        message.event_id.clone(),
        message.received_at.clone(),
        message.status.clone(),
        or_dash(&message.conversation),
        or_dash(&message.person),
        or_dash(&message.session_id),
        or_dash(&message.reason),
    ]
}
