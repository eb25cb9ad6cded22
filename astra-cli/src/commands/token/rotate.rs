//! `astra token rotate`

use astra_core::auth::GRACE_MAX_S;

use super::Place;
use super::issuer::Issuer;
use crate::commands::{Context, block_on, duration};
use crate::error::{Error, Result};

/// Replace a token by a new one and print only the new token
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  astra token rotate ci --grace 1h")]
pub(super) struct Args {
    /// The service account's name, or the token's id if it has several
    #[arg(value_name = "NAME")]
    name: String,
    /// How long the old token stays valid: 45s, 30m, 12h, 7d
    #[arg(long, value_name = "TIME", value_parser = duration::between(0, GRACE_MAX_S), default_value = "0s")]
    grace: i64,
    #[command(flatten)]
    place: Place,
}

/// Runs the command.
pub(super) fn run(args: Args, context: &Context) -> Result<()> {
    block_on(async {
        let issuer = Issuer::of(&args.place, context).await?;
        let rotated = async {
            let tokens = issuer.find(&args.name).await?;
            let [token] = tokens.as_slice() else {
                let ids: Vec<&str> = tokens.iter().map(|token| token.id.as_str()).collect();
                let error = Error::new(format!("{} has {} tokens", args.name, tokens.len()));
                return Err(error.hint(format!("name one of them: {}", ids.join(", "))));
            };
            issuer.rotate(&token.id, args.grace).await
        };
        context.printer.line(context.printer.progress("rotating the token", rotated).await?)
    })
}
