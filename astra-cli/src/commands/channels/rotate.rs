//! `astra channels rotate`

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;

use super::answers::SecretArgs;
use super::channel::{Channel, find, path};
use super::platform::{Platform, all, named};
use super::questions::Questions;
use super::{Form, own_token};
use crate::client::Client;
use crate::commands::Context;
use crate::commands::listing::json as as_json;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};

/// Give a channel other secrets
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What is sent carries the new secrets at once. What comes is believed for 24 hours by those before them too, so that the \
platform can be changed over at any time in between. Without --secret, each secret is asked for in the terminal.

Examples:
  astra channels rotate chn_06a1b2c3d4e5q
  astra channels rotate chn_06a1b2c3d4e5q --secret signing_secret=@secret.txt
  pass show slack/token | astra channels rotate chn_06a1b2c3d4e5q --secret bot_token=-"
)]
pub(super) struct Args {
    /// The channel's id
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    secrets: SecretArgs,
    /// How to print the channel
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let path = path(&args.id)?;
    let questions = Questions::new(&context.printer);
    if args.secrets.is_empty() && !questions.has_person() {
        let error = Error::usage("no secret is given, and there is no terminal to ask for one on");
        return Err(error.hint("--secret NAME=@FILE reads one from a file, --secret NAME=- from a line of stdin"));
    }
    let changed: Channel = args.gateway.follow(own_token(), context, async |client| {
        let platform = platform_of(client, &path).await?;
        let mut secrets = BTreeMap::new();
        args.secrets.read(&platform, &mut secrets)?;
        if args.secrets.is_empty() {
            ask(&platform, &questions, &mut secrets)?;
        }
        if secrets.is_empty() {
            return Err(Error::new("no secret is changed"));
        }
        let path = format!("{path}/rotate-secrets");
        client.fetch(client.request(Method::POST, &path).json(&json!({"secrets": secrets}))).await
    })?;
    let printer = &context.printer;
    if args.output == Form::Json {
        return printer.line(as_json(&changed)?);
    }
    printer.note("the secrets before these are believed for another 24 hours");
    printer.note(format!("`astra channels check {}` asks the platform whether the new ones are good", changed.id));
    printer.line(&changed.id)
}

async fn platform_of(client: &Client, path: &str) -> Result<Platform> {
    let channel = find(client, path).await?;
    named(all(client).await?, &channel.kind)
}

fn ask(platform: &Platform, questions: &Questions<'_>, secrets: &mut BTreeMap<String, String>) -> Result<()> {
    for field in platform.fields.iter().filter(|field| field.is_secret) {
        let value = questions.field(field, Some("Enter keeps the present one"))?;
        secrets.extend(value.map(|value| (field.name.clone(), value)));
    }
    Ok(())
}
