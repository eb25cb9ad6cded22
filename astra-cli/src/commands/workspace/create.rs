//! `astra workspace create`

use reqwest::Method;
use serde_json::json;

use super::place::Workspace;
use super::{Form, own_token};
use crate::commands::Context;
use crate::commands::listing::json as as_json;
use crate::commands::reach::Gateway;
use crate::error::Result;

/// Create a workspace and print its id
#[derive(Debug, clap::Args)]
#[command(
    after_help = "ASTRA_TOKEN must hold the access token of a person who signed in: that account becomes the owner. Service \
accounts own no workspaces.

Examples:
  astra workspace create Support
  astra workspace create 'Help desk' --output json"
)]
pub(super) struct Args {
    /// What it is called
    #[arg(value_name = "NAME")]
    name: String,
    /// How to print it
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let made: Workspace = args.gateway.ask("creating the workspace", own_token(), context, async |client| {
        client.fetch(client.request(Method::POST, "/workspaces").json(&json!({"name": args.name}))).await
    })?;
    if args.output == Form::Json {
        return context.printer.line(as_json(&made)?);
    }
    context.printer.note(format!("created {}", made.name));
    context.printer.line(made.id)
}
