//! `astra channels link-code`

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::Form;
use super::channel::path;
use crate::commands::listing::json;
use crate::commands::reach::of_environment;
use crate::commands::{Context, block_on};
use crate::error::Result;
use crate::harmless::on_one_line;

/// Print a code that links you, on the platform, to your account
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A person who says it to the bot in a direct message is your account there from then on: your sessions, your memory, your \
rights. ASTRA_TOKEN must hold your own access token, as it is given when you sign in. A code is good once and for ten minutes, and \
a new one ends the one before it.

Examples:
  astra channels link-code chn_06a1b2c3d4e5q
  astra channels link-code chn_06a1b2c3d4e5q --output json | jq -r .code"
)]
pub(super) struct Args {
    /// The channel's id
    #[arg(value_name = "ID")]
    id: String,
    /// How to print it
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    /// The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
}

/// A code, as the gateway tells of it.
#[derive(Serialize, Deserialize)]
struct LinkCode {
    code: String,
    command: String,
    expires_at: String,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let path = format!("{}/link-codes", path(&args.id)?);
    let client = of_environment(args.server.as_deref(), context)?;
    let asked = client.fetch(client.request(Method::POST, &path));
    let made: LinkCode = block_on(context.printer.progress("making the code", asked))?;
    if args.output == Form::Json {
        return context.printer.line(json(&made)?);
    }
    let until = on_one_line(&made.expires_at);
    context.printer.note(format!("say this to the bot in a direct message, once and until {until}"));
    context.printer.line(on_one_line(&made.command))
}
