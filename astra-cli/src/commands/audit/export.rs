//! `astra audit export`

use reqwest::Method;

use super::own_token;
use super::wanted::Wanted;
use crate::commands::Context;
use crate::commands::reach::Gateway;
use crate::error::Result;

/// Write the audit as JSON Lines, oldest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra audit export > audit.jsonl
  astra audit export --since 24h | jq -r .operation | sort | uniq -c")]
pub(super) struct Args {
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    args.gateway.ask("exporting the audit", own_token(), context, async |client| {
        let request = client.request(Method::GET, "/admin/audit/export").query(&args.wanted.query());
        let mut answer = client.send(request).await?;
        while let Some(lines) = answer.chunk().await.map_err(|fault| client.not_understood(&fault))? {
            context.printer.data(lines)?;
        }
        Ok(())
    })
}
