//! `astra webhooks listen`

use std::net::SocketAddr;

use astra_core::webhooks::{SigningSecret, Verdict};
use clap::ValueEnum;
use hyper::StatusCode;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::own_token;
use super::receiver::{Received, Receiver};
use crate::client::Client;
use crate::commands::reach::Gateway;
use crate::commands::{Context, block_on};
use crate::env;
use crate::error::{Error, Result};
use crate::harmless::on_one_line;
use crate::output::Printer;

/// Receive deliveries on this machine, verify and print them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "For people who build a receiver. The secret is the one in ASTRA_WEBHOOK_SECRET (whsec_..), or, with --register, that of a \
webhook which is created for as long as the command runs. Its URL must be one that the gateway may reach: outbound.allowed_networks \
and outbound.allowed_ports of its configuration let it reach this machine.

A delivery whose signature or time is wrong is printed too, and answered with 401.

Examples:
  astra webhooks listen --register --event agent.updated
  astra webhooks listen --register https://my-tunnel.example/ --listen 127.0.0.1:4010
  ASTRA_WEBHOOK_SECRET=whsec_.. astra webhooks listen --answer 500 --count 1"
)]
pub(super) struct Args {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4010")]
    listen: SocketAddr,
    /// Create a webhook for as long as the command runs, to this URL [default: where it listens]
    #[arg(long, value_name = "URL", num_args = 0..=1)]
    register: Option<Option<String>>,
    /// With --register, a type of event; can be given several times [default: all]
    #[arg(long = "event", value_name = "TYPE", requires = "register")]
    events: Vec<String>,
    /// What good deliveries are answered with
    #[arg(long, value_name = "STATUS", default_value_t = 204, value_parser = clap::value_parser!(u16).range(200..=599))]
    answer: u16,
    /// End after so many deliveries
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    count: Option<u32>,
    /// How to print them
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// How a delivery is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A line about it, and its body
    Text,
    /// A JSON object a line
    Json,
}

/// What the gateway answers when it has made a webhook.
#[derive(Deserialize)]
struct Made {
    secret: String,
    webhook: MadeWebhook,
}

#[derive(Deserialize)]
struct MadeWebhook {
    id: String,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    match &args.register {
        Some(url) => {
            let listen = async |client: &Client| registered(args, url.as_deref(), client, &context.printer).await;
            args.gateway.follow(own_token(), context, listen)
        }
        None => {
            let text = context.environment.get(env::WEBHOOK_SECRET).ok_or_else(|| {
                Error::usage("there is no secret to verify with")
                    .hint(format!("put the webhook's whsec_.. into {}, or give --register", env::WEBHOOK_SECRET))
            })?;
            let secret = SigningSecret::parse(text).ok_or_else(|| {
                Error::usage(format!("{} holds no secret: it is whsec_ and base64", env::WEBHOOK_SECRET))
            })?;
            block_on(async {
                let receiver = bind(args, &context.printer).await?;
                receive(args, &receiver, &secret, &context.printer).await
            })
        }
    }
}

async fn bind(args: &Args, printer: &Printer) -> Result<Receiver> {
    let answer = StatusCode::from_u16(args.answer).unwrap_or(StatusCode::NO_CONTENT);
    let receiver = Receiver::bind(args.listen, answer).await?;
    printer.note(format!("listening on http://{}/", receiver.address()?));
    Ok(receiver)
}

/// Receives with a webhook that is deleted in the end, however that comes.
async fn registered(args: &Args, url: Option<&str>, client: &Client, printer: &Printer) -> Result<()> {
    let receiver = bind(args, printer).await?;
    let url = url.map_or_else(|| Ok(format!("http://{}/", receiver.address()?)), |url| Ok(url.to_owned()))?;
    let new = json!({"url": url, "events": args.events, "description": "Of `astra webhooks listen`."});
    let made: Made = client.fetch(client.request(Method::POST, "/webhooks").json(&new)).await.map_err(|error| {
        error.hint("the gateway must be able to reach it: see outbound of its configuration, or name a tunnel's URL")
    })?;
    let unreadable = || client.no_gateway("the secret is none");
    let secret = SigningSecret::parse(&made.secret).ok_or_else(unreadable);
    printer.note(format!("{} sends events to {url}", made.webhook.id));
    let received = match secret {
        Ok(secret) => receive(args, &receiver, &secret, printer).await,
        Err(error) => Err(error),
    };
    client.send(client.request(Method::DELETE, &format!("/webhooks/{}", made.webhook.id))).await?;
    received
}

/// Prints deliveries until there are enough or the user has.
async fn receive(args: &Args, receiver: &Receiver, secret: &SigningSecret, printer: &Printer) -> Result<()> {
    let mut left = args.count;
    let tell = |delivery: Received| {
        print(&delivery, args.output, printer)?;
        left = left.map(|left| left - 1);
        Ok(left != Some(0))
    };
    tokio::select! {
        ended = receiver.run(secret, tell) => ended,
        stopped = tokio::signal::ctrl_c() => stopped.map_err(|fault| Error::new("cannot wait for a signal").because(&fault)),
    }
}

fn print(delivery: &Received, form: Form, printer: &Printer) -> Result<()> {
    let verdict = match delivery.verdict {
        Verdict::Good => "good",
        Verdict::WrongSignature => "wrong_signature",
        Verdict::WrongTime => "wrong_time",
    };
    let body: Option<Value> = serde_json::from_str(&delivery.body).ok();
    let event = body.as_ref().and_then(|body| body["type"].as_str()).unwrap_or("-").to_owned();
    match form {
        Form::Json => {
            let body = body.unwrap_or_else(|| Value::String(delivery.body.clone()));
            let line = json!({
                "id": delivery.id, "timestamp": delivery.timestamp, "verdict": verdict, "event": event, "body": body,
            });
            printer.line(line.to_string())
        }
        Form::Text => {
            let words = format!("{}  {event}  {verdict}", delivery.id);
            printer.line(printer.heading(&on_one_line(&words)))?;
            let pretty = body.as_ref().and_then(|body| serde_json::to_string_pretty(body).ok());
            printer.speech(&format!("{}\n", pretty.as_deref().unwrap_or(&delivery.body)))
        }
    }
}
