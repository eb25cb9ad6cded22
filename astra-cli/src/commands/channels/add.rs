//! `astra channels add`

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::answers::{SecretArgs, complete, settings};
use super::channel::{Channel, Verdict, check};
use super::platform::{Platform, all, kinds, named};
use super::questions::Questions;
use super::{Form, own_token};
use crate::client::Client;
use crate::commands::Context;
use crate::commands::chat::{agents, usual_agent};
use crate::commands::listing::json as as_json;
use crate::commands::reach::Gateway;
use crate::error::{Error, Result};

/// The beginning of URLs of a gateway that does not know its own.
const UNKNOWN_URL: &str = "https://<gateway>";

/// Create a channel: people meet an agent on a platform
#[derive(Debug, clap::Args)]
#[command(
    after_help = "In a terminal it asks for what is not given: first for the platform, the name and the agent, then for what the platform \
needs, in the order of its page in the documentation. Settings with a default are not asked for. It says what must be done at the \
platform, with the URL to enter there, and asks the platform whether the credentials are good; where the platform lets it be done, \
the URL is entered too. Prints the channel's id; the exit code is 1 if the platform does not take it, and the channel is there then.

Secrets are typed unseen, or read from files and stdin: no option takes one.

Examples:
  astra channels add
  astra channels add slack --name Support --agent support
  astra channels add telegram --agent support --secret bot_token=@token.txt --secret secret_token=@secret.txt
  pass show chat | astra channels add generic --set url=https://chat.example.com/astra --secret secret=-"
)]
pub(super) struct Args {
    /// The platform, such as slack [default: it is asked for]
    #[arg(value_name = "PLATFORM")]
    platform: Option<String>,
    /// What people know the channel as [default: the platform's name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The agent that answers [default: the only one, or `assistant`]
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
    /// A setting of the platform; can be given several times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    settings: Vec<String>,
    #[command(flatten)]
    secrets: SecretArgs,
    /// Another agent that people may choose by `/agents`; can be given several times
    #[arg(long = "other-agent", value_name = "ID")]
    other_agents: Vec<String>,
    /// Which messages of conversations with several people are answered [default: mentions]
    #[arg(long, value_parser = ["mentions", "all", "none"])]
    groups: Option<String>,
    /// A person who is answered, by the platform's id; can be given several times [default: everyone]
    #[arg(long = "person", value_name = "ID")]
    people: Vec<String>,
    /// A conversation in which messages are answered, by the platform's id; can be given several times [default: all]
    #[arg(long = "conversation", value_name = "ID")]
    conversations: Vec<String>,
    /// Send answers when they are whole, also where the platform lets messages be edited
    #[arg(long)]
    no_streaming: bool,
    /// Do not ask the platform whether the credentials are good
    #[arg(long)]
    no_check: bool,
    /// How to print the channel
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    gateway: Gateway,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    args.gateway.follow(own_token(), context, async |client| {
        let printer = &context.printer;
        let body = description(args, client, &Questions::new(printer)).await?;
        let made = client.fetch(client.request(Method::POST, "/channels").json(&body));
        let made: Channel = printer.progress("creating the channel", made).await?;
        explain(&made, context);
        let path = format!("/channels/{}", made.id);
        let mut verdict = None;
        if !args.no_check {
            verdict = Some(printer.progress("asking the platform", check(client, &path)).await);
        }
        report(&made, verdict, args.output, context)
    })
}

/// The channel to be made, as the gateway takes it.
async fn description(args: &Args, client: &Client, questions: &Questions<'_>) -> Result<Value> {
    let platform = platform(args, client, questions).await?;
    // Before the first question: what is wrong with the command line is said at once.
    let mut values = settings(&args.settings, &platform)?;
    args.secrets.read(&platform, &mut values)?;
    let name = match &args.name {
        Some(name) => name.clone(),
        None if questions.has_person() => questions.line("Name of the channel", Some(&platform.title))?,
        None => platform.title.clone(),
    };
    let agent = agent(args, client, questions).await?;
    complete(&platform, &mut values, questions)?;
    let mut body = json!({
        "name": name,
        "agent_id": agent,
        "agent_ids": args.other_agents,
        "user_ids": args.people,
        "conversation_ids": args.conversations,
        "streams": !args.no_streaming,
        "platform": given(&platform, values),
    });
    if let Some(groups) = &args.groups {
        body["groups"] = json!(groups);
    }
    Ok(body)
}

/// What the platform is given; a host program's own platform is named by `name`.
fn given(platform: &Platform, values: BTreeMap<String, String>) -> Value {
    if platform.is_of_host {
        return json!({"kind": "host", "name": platform.kind, "values": values});
    }
    let mut given = json!({"kind": platform.kind});
    for (name, value) in values {
        given[name] = Value::String(value);
    }
    given
}

async fn platform(args: &Args, client: &Client, questions: &Questions<'_>) -> Result<Platform> {
    let platforms = all(client).await?;
    let kind = match &args.platform {
        Some(kind) => kind.clone(),
        None if questions.has_person() => questions.line(&format!("Platform ({})", kinds(&platforms)), None)?,
        None => {
            let error = Error::usage("no platform is named, and there is no terminal to ask for it on");
            return Err(error.hint(format!("there are: {}", kinds(&platforms))));
        }
    };
    named(platforms, &kind)
}

async fn agent(args: &Args, client: &Client, questions: &Questions<'_>) -> Result<String> {
    if let Some(agent) = &args.agent {
        return Ok(agent.clone());
    }
    if !questions.has_person() {
        return usual_agent(client).await;
    }
    let (agents, usual) = (agents(client).await?, usual_agent(client).await.ok());
    questions.line(&format!("Agent that answers ({})", agents.join(", ")), usual.as_deref())
}

/// Says what must be done at the platform.
fn explain(made: &Channel, context: &Context) {
    let printer = &context.printer;
    printer.note(printer.bold(&format!("{} {} is created. At the platform:", made.id, made.name)));
    made.steps().for_each(|step| printer.note(step));
    if made.webhook_url.starts_with(UNKNOWN_URL) {
        printer.warning(format!(
            "the gateway does not know its own URL: set public_url in its configuration, and put it in the place of \
             {UNKNOWN_URL} above"
        ));
    }
}

/// Says what the platform has said, and prints the channel.
fn report(made: &Channel, verdict: Option<Result<Verdict>>, form: Form, context: &Context) -> Result<()> {
    let printer = &context.printer;
    let answered = verdict.as_ref().and_then(|verdict| verdict.as_ref().ok());
    match form {
        Form::Json => printer.line(as_json(&json!({"channel": made, "check": answered}))?)?,
        Form::Text => printer.line(&made.id)?,
    }
    let again = format!(
        "the channel is there: mend what is wrong, with `astra channels rotate {id}` if it is a secret, and then \
         `astra channels check {id}`",
        id = made.id
    );
    match verdict {
        None => Ok(()),
        Some(Ok(verdict)) if verdict.is_ok => {
            verdict.lines().iter().for_each(|line| printer.note(line));
            Ok(())
        }
        Some(Ok(verdict)) => {
            let error = Error::new("the platform does not take the channel");
            Err(verdict.lines().into_iter().fold(error, Error::cause).hint(again))
        }
        Some(Err(error)) => Err(error.hint(again)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_of_a_host_is_named_beside_its_values() {
        let platform = |is_of_host| Platform {
            kind: "intranet".to_owned(),
            title: "Intranet".to_owned(),
            is_of_host,
            fields: Vec::new(),
        };
        let values = || BTreeMap::from([("token".to_owned(), "t".to_owned())]);
        assert_eq!(given(&platform(false), values()), json!({"kind": "intranet", "token": "t"}));
        let of_host = json!({"kind": "host", "name": "intranet", "values": {"token": "t"}});
        assert_eq!(given(&platform(true), values()), of_host);
    }
}
