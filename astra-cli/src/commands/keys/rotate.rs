//! `astra keys rotate`

use super::refused;
use crate::commands::token::Local;
use crate::commands::{Context, block_on};
use crate::error::Result;
use crate::settings::StoreArgs;

/// Sign tokens with a new key and print its name
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Tokens of earlier keys stay valid until they expire. With --revoke-old they are refused from the next \
request on: people refresh their tokens, and tokens of service accounts have to be rotated or issued again.

Examples:
  astra keys rotate
  astra keys rotate --revoke-old"
)]
pub(super) struct Args {
    /// Refuse all tokens of earlier keys, as when a key may have leaked
    #[arg(long)]
    revoke_old: bool,
    #[command(flatten)]
    store: StoreArgs,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    block_on(async {
        let local = Local::open(&args.store, context).await?;
        let rotated = local.authority().rotate_keys(local.operator(), args.revoke_old, None);
        let rotated = context.printer.progress("rotating the keys", rotated).await;
        let key = rotated.map_err(|fault| refused("the keys were not rotated", &fault))?;
        if args.revoke_old {
            context.printer.note("tokens of all earlier keys are refused from the next request on");
        }
        context.printer.line(key.kid)
    })
}
