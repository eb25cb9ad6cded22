//! `astra channels simulate`

mod fake;
mod gateway;

use std::time::Duration;

use astra_core::channels::{
    Connection, HttpCall, Platform, SecretValues, Secrets, Settings, Simulated, Simulation, built_in,
};
use astra_core::clock::{Clock, SystemClock};
use astra_core::ids::ChannelId;
use clap::builder::PossibleValuesParser;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::sleep;

use self::fake::Fake;
use super::Form;
use crate::client::Client;
use crate::commands::chat::usual_agent;
use crate::commands::listing::json as as_json;
use crate::commands::signals::Signals;
use crate::commands::{Context, block_on};
use crate::error::{Error, Result};
use crate::settings::StoreArgs;

/// How often the message is looked at until it is answered.
const PAUSE: Duration = Duration::from_millis(50);
/// Who says it, where, and under which name; each platform makes ids of its own of them.
const PERSON: &str = "person";
const CONVERSATION: &str = "direct-person";
const EVENT: &str = "simulated1";

/// Try a platform without an account there: say something to an agent as the platform would
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The text comes as a request that is signed as the platform signs its own, to a gateway that this command runs for as long as \
it takes, with a channel of the platform, and with a fake of the platform on this machine that takes the answer. The gateway has the \
providers, agents and tools of the configuration, as `astra serve` has them, and a store of its own that is removed at the end: \
nothing of it is seen in the gateway that runs, and no memory is read or written. An agent that is not in the configuration is \
copied from the gateway of this machine, or the one of --server or ASTRA_SERVER.

The answer is printed as the platform gets it, in its own markup, its parts with an empty line between them.

Examples:
  astra channels simulate slack 'What can you do?'
  astra channels simulate telegram /help
  astra channels simulate email 'Where is my order?' --agent support --output json"
)]
pub(super) struct Args {
    /// The platform
    #[arg(value_name = "PLATFORM", value_parser = kinds())]
    platform: String,
    /// What is said; /reset, /agents and /help are known as on every channel
    #[arg(value_name = "TEXT")]
    text: String,
    /// The agent that answers [default: the only one, or `assistant`]
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
    /// How to print the answer
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    /// The gateway that an agent is copied from [env: ASTRA_SERVER] [default: that of this machine]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    #[command(flatten)]
    store: StoreArgs,
}

/// The channel that was made.
#[derive(Deserialize)]
struct Made {
    id: ChannelId,
}

/// What became of the message.
#[derive(Debug, Deserialize)]
struct Message {
    status: String,
    reason: Option<String>,
    finished_at: Option<String>,
}

/// A simulation that has ended.
#[derive(Debug, Serialize)]
struct Ended {
    platform: &'static str,
    agent_id: String,
    request: String,
    status: String,
    reason: Option<String>,
    parts: Vec<String>,
}

/// The platforms of this program.
fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(built_in().iter().map(|platform| platform.kind()).collect::<Vec<_>>())
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let platform = built_in().into_iter().find(|platform| platform.kind() == args.platform);
    let platform = platform.ok_or_else(|| Error::usage(format!("there is no platform `{}`", args.platform)))?;
    let ended = block_on(context.printer.progress("simulating", simulate(args, platform.as_ref(), context)))?;
    context.printer.note(context.printer.dimmed(&format!("{} (signed) -> {}", ended.request, ended.status)));
    print(&ended, args.output, context)
}

fn print(ended: &Ended, form: Form, context: &Context) -> Result<()> {
    let is_answered = ended.status == "answered";
    let fault = || {
        let error = Error::new(format!("the message is not answered: it is {}", ended.status));
        ended.reason.iter().fold(error, |error, reason| error.cause(reason.as_str()))
    };
    match form {
        Form::Json => context.printer.line(as_json(ended)?)?,
        Form::Text if is_answered => context.printer.speech(&format!("{}\n", ended.parts.join("\n\n")))?,
        Form::Text => {}
    }
    if is_answered { Ok(()) } else { Err(fault()) }
}

async fn simulate(args: &Args, platform: &dyn Platform, context: &Context) -> Result<Ended> {
    let watched = Signals::watch();
    let mut signals = watched.map_err(|fault| Error::new("cannot watch for signals").because(&fault))?;
    let fake = Fake::bind().await?;
    gateway::within(&args.store, fake.port(), context, async |client, seed| {
        let simulation = platform.simulation(seed, &fake.url());
        // An interrupted simulation ends as others do: its gateway stops, and its folder is removed.
        tokio::select! {
            ended = converse(args, platform, (client, seed), (&fake, &simulation), context) => ended,
            never = fake.run(platform, &simulation) => match never {},
            () = signals.next() => Err(Error::new("the simulation was interrupted")),
        }
    })
    .await
}

/// Makes the channel, says the text, and waits until it is answered.
async fn converse(
    args: &Args,
    platform: &dyn Platform,
    (client, seed): (&Client, &[u8; 32]),
    (fake, simulation): (&Fake, &Simulation),
    context: &Context,
) -> Result<Ended> {
    let agent_id = match &args.agent {
        Some(agent) => {
            gateway::provide_agent(client, agent, (args.server.as_deref(), &args.store), context).await?;
            agent.clone()
        }
        None => usual_agent(client).await?,
    };
    let mut given = json!({"kind": platform.kind()});
    for (name, value) in &simulation.values {
        given[*name] = Value::String(value.clone());
    }
    // Each part is sent once and whole, so that what the fake gets is the answer.
    let new = json!({"name": "Simulation", "agent_id": agent_id, "streams": false, "platform": given});
    let Made { id } = client.fetch(client.request(Method::POST, "/channels").json(&new)).await?;
    let at_ms = SystemClock.now_ms();
    let said = Simulated { text: &args.text, event_id: EVENT, user: PERSON, conversation: CONVERSATION, at_ms };
    let HttpCall { method, url, headers, body } = platform.simulate(&connection(platform, id, simulation), seed, &said);
    let path = format!("/channels/{id}{url}");
    let request = format!("{method} {}", path.split('?').next().unwrap_or_default());
    client.send(client.anonymous(method, &path).headers(headers).body(body)).await?;
    let path = format!("/channels/{id}/messages");
    loop {
        let messages: Vec<Message> = client.first(&path, &[], 1).await?;
        if let Some(Message { status, reason, finished_at: Some(_) }) = messages.into_iter().next() {
            let platform = platform.kind();
            return Ok(Ended { platform, agent_id, request, status, reason, parts: fake.texts() });
        }
        sleep(PAUSE).await;
    }
}

/// The channel as its platform sees it.
fn connection(platform: &dyn Platform, id: ChannelId, simulation: &Simulation) -> Connection {
    let (mut settings, mut secrets) = (Settings::default(), SecretValues::default());
    for field in platform.fields() {
        let given = simulation.values.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.as_str());
        if let Some(value) = given.or(field.default) {
            let values = if field.is_secret { &mut secrets.0 } else { &mut settings.0 };
            values.insert(field.name.to_owned(), value.to_owned());
        }
    }
    let secrets = Secrets { current: secrets, ..Secrets::default() };
    Connection { id, settings, secrets, identity: None, token: None, public_url: None }
}
