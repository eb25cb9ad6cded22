//! `astra channels delete`

use reqwest::Method;

use super::channel::{find, path};
use super::own_token;
use super::questions::Questions;
use crate::commands::Context;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};

/// Delete a channel
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Messages that wait are not answered any more; the sessions stay. The platform is not asked to do anything: take the \
webhook's URL, or the app, away there too.

Examples:
  astra channels delete chn_06a1b2c3d4e5q
  astra channels delete chn_06a1b2c3d4e5q --yes"
)]
pub(super) struct Args {
    /// The channel's id
    #[arg(value_name = "ID")]
    id: String,
    /// Do not ask whether it is meant
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let path = path(&args.id)?;
    let questions = Questions::new(&context.printer);
    if !args.yes && !questions.has_person() {
        return Err(Error::usage("a channel is not deleted without a question").hint("--yes answers it"));
    }
    args.gateway.follow(own_token(), context, async |client| {
        let channel = find(client, &path).await?;
        if !args.yes {
            let what = format!("Delete {} ({} of {})? Write its name to go on", channel.id, channel.name, channel.kind);
            if questions.line(&what, None)? != channel.name.trim() {
                return Err(Error::new(format!("{} is not deleted: that is not its name", channel.id)));
            }
        }
        client.send(client.request(Method::DELETE, &path)).await?;
        context.printer.note(format!("{} {} is deleted", channel.id, channel.name));
        Ok(())
    })
}
