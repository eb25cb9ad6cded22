//! `astra channels show`

use reqwest::Method;
use serde_json::{Value, json};

use super::channel::{Channel, Health, find, path};
use super::{Form, own_token};
use crate::commands::Context;
use crate::commands::listing::json as as_json;
use crate::commands::reach::Gateway;
use crate::error::Result;
use crate::harmless::on_one_line;

/// Show a channel, how it is, and what must be done at the platform
#[derive(Debug, clap::Args)]
#[command(after_help = "With --output json: an object with `channel` and `health`. Secrets are not shown.

Examples:
  astra channels show chn_06a1b2c3d4e5q
  astra channels show chn_06a1b2c3d4e5q --output json | jq -r .channel.webhook_url")]
pub(super) struct Args {
    /// The channel's id
    #[arg(value_name = "ID")]
    id: String,
    /// How to print it
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let path = path(&args.id)?;
    let (channel, health) = args.gateway.ask("reading the channel", own_token(), context, async |client| {
        let channel = find(client, &path).await?;
        let health: Health = client.fetch(client.request(Method::GET, &format!("{path}/health"))).await?;
        Ok((channel, health))
    })?;
    let printer = &context.printer;
    if args.output == Form::Json {
        return printer.line(as_json(&json!({"channel": channel, "health": health}))?);
    }
    lines(&channel, &health).iter().try_for_each(|line| printer.line(line))
}

fn lines(channel: &Channel, health: &Health) -> Vec<String> {
    let mut lines = vec![on_one_line(&format!("{} {} {}", channel.id, channel.kind, channel.name))];
    let mut add = |name: &str, value: &str| lines.push(on_one_line(&format!("  {name:<16} {value}")));
    add("agent", &channel.agent_id);
    add("status", channel.status(Some(health)));
    add("queued", &health.queue_length.to_string());
    let or_dash = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    add("received", &or_dash(&health.last_inbound_at));
    add("sent", &or_dash(&health.last_outbound_at));
    if let Some(error) = &health.last_error {
        add("error", error);
    }
    for (name, value) in channel.rest.get("platform_settings").and_then(Value::as_object).into_iter().flatten() {
        add(name, value.as_str().unwrap_or_default());
    }
    for secret in channel.rest.get("secrets").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| secret[name].as_str().unwrap_or_default();
        add(text("name"), &format!("set {}", text("set_at")));
    }
    add("webhook", &channel.webhook_url);
    lines.push("at the platform".to_owned());
    lines.extend(channel.steps());
    lines
}
