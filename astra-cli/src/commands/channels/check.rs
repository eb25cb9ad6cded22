//! `astra channels check`

use super::channel::{check, path};
use super::{Form, own_token};
use crate::commands::Context;
use crate::commands::listing::json;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};

/// Ask the platform whether a channel's credentials are good
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A real call of the platform's API without an effect that people see. Where the platform lets it be done, the webhook's \
URL is entered there too, if `public_url` of the gateway's configuration says what it is. The exit code is 1 if something is not good.

Examples:
  astra channels check chn_06a1b2c3d4e5q
  astra channels check chn_06a1b2c3d4e5q --output json"
)]
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
    let verdict =
        args.gateway.ask("asking the platform", own_token(), context, async |client| check(client, &path).await)?;
    match args.output {
        Form::Json => context.printer.line(json(&verdict)?)?,
        Form::Text => verdict.lines().iter().try_for_each(|line| context.printer.line(line))?,
    }
    if verdict.is_ok { Ok(()) } else { Err(Error::silent()) }
}
