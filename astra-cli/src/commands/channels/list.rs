//! `astra channels list`

use serde::Serialize;

use super::channel::{Channel, Health};
use super::own_token;
use crate::client::Client;
use crate::commands::Context;
use crate::commands::listing::ListArgs;
use crate::commands::reach::Gateway;
use crate::error::Result;

const HEAD: [&str; 8] = ["CHANNEL", "PLATFORM", "NAME", "AGENT", "STATUS", "QUEUED", "RECEIVED", "SENT"];

/// List where people meet agents, and how that goes, newest first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "STATUS is `on`, `off` or `failing`, when the platform refuses all that is sent. QUEUED are messages that wait or
are being answered, RECEIVED and SENT are when the platform last sent and took something.

Columns, in a pipe separated by tabs and without this line:
  CHANNEL  PLATFORM  NAME  AGENT  STATUS  QUEUED  RECEIVED  SENT

Examples:
  astra channels list
  astra channels list --output json | jq '.[] | {id, error: .health.last_error}'"
)]
pub(super) struct Args {
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: Gateway,
}

/// A channel with its health.
#[derive(Debug, Serialize)]
struct Row {
    #[serde(flatten)]
    channel: Channel,
    health: Option<Health>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let rows = args.gateway.ask("reading the channels", own_token(), context, async |client| fetch(client).await)?;
    args.list.print(&context.printer, &rows, HEAD, columns)
}

async fn fetch(client: &Client) -> Result<Vec<Row>> {
    let channels: Vec<Channel> = client.all("/channels", &[]).await?;
    let healths: Vec<Health> = client.all("/channels/health", &[]).await?;
    let row = |channel: Channel| {
        // One that was made in between has none yet.
        let health = healths.iter().find(|health| health.channel_id == channel.id).cloned();
        Row { channel, health }
    };
    Ok(channels.into_iter().map(row).collect())
}

fn columns(Row { channel, health }: &Row) -> [String; 8] {
    let health = health.as_ref();
    let or_dash = |text: Option<&String>| text.cloned().unwrap_or_else(|| "-".to_owned());
    [
        channel.id.clone(),
        channel.kind.clone(),
        channel.name.clone(),
        channel.agent_id.clone(),
        channel.status(health).to_owned(),
        health.map_or(0, |health| health.queue_length).to_string(),
        or_dash(health.and_then(|health| health.last_inbound_at.as_ref())),
        or_dash(health.and_then(|health| health.last_outbound_at.as_ref())),
    ]
}
