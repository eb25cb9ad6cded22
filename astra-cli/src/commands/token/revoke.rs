//! `astra token revoke`

use super::Place;
use super::issuer::Issuer;
use crate::commands::{Context, block_on};
use crate::error::Result;

/// Revoke a token, or all tokens of a service account; takes effect on the next request
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra token revoke ci              all tokens of the service account ci
  astra token revoke tok_0192...     one token")]
pub(super) struct Args {
    /// The service account's name, or a token's id
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    place: Place,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    block_on(async {
        let issuer = Issuer::of(&args.place, context).await?;
        for token in context.printer.progress("looking for the token", issuer.find(&args.name)).await? {
            context.printer.progress("revoking the token", issuer.revoke(&token.id)).await?;
            context.printer.note(format!("revoked {} of {}", token.id, token.name));
        }
        Ok(())
    })
}
