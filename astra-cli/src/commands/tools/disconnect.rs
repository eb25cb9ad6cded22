//! `astra tools disconnect`

use reqwest::Method;

use super::GatewayArgs;
use crate::commands::{Context, block_on};
use crate::error::{Error, Result};

/// Disconnect an MCP server; its tools are gone at once
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra tools disconnect crm")]
pub(super) struct Args {
    /// The server's name
    name: String,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if args.name.is_empty() || !args.name.bytes().all(is_letter) {
        return Err(
            Error::usage(format!("`{}` is no name of a server", args.name)).hint("`astra tools servers` shows all")
        );
    }
    let client = args.gateway.client(context)?;
    let request = client.request(Method::DELETE, &format!("/tools/servers/{}", args.name));
    block_on(context.printer.progress("disconnecting", client.send(request)))?;
    context.printer.note(format!("{} is disconnected", args.name));
    Ok(())
}
