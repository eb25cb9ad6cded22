//! `astra chat`: a conversation in the terminal, or by the line in a pipe.

mod approval;
mod command;
mod history;
mod input;
mod terminal;
mod turn;

use astra_core::auth::{Role, Scope};
use astra_core::clock::{Clock, SystemClock};
use clap::ValueEnum;
use reqwest::Method;
use serde::Deserialize;

use self::command::Line;
use self::input::{Input, Said};
use self::turn::{Conversation, Ending};
use super::reach::{self, Place};
use super::token::NewToken;
use super::{Context, block_on};
use crate::client::{Client, DEFAULT_SERVER};
use crate::env;
use crate::error::{Error, Result};
use crate::settings::StoreArgs;

/// The agent that is taken when several are there and none is named.
const USUAL_AGENT: &str = "assistant";
/// The service account of conversations that begin without a token.
const OWN_ACCOUNT: &str = "astra-terminal";
/// What they may do: who has the store of the gateway also decides on the calls of tools.
const OWN_SCOPES: [Scope; 5] =
    [Scope::AgentsRead, Scope::ChatSend, Scope::SessionsRead, Scope::ToolsRead, Scope::ToolsWrite];
/// How long such a conversation may last, in seconds; its token is revoked when it ends.
const OWN_TOKEN_LIFE_S: i64 = 24 * 3600;

/// Talk to an agent
#[derive(Debug, clap::Args)]
#[command(
    after_help = "In a terminal, lines can be edited, /help lists commands, ctrl-c stops an answer and ctrl-d leaves. In a pipe \
each line is a message and only the answers are on stdout; with --output json the events of all turns are, a line each. \
Calls of tools are told on stderr. One that needs an approval is asked for in a terminal; in a pipe it is decided on by \
`astra approvals`. Without ASTRA_TOKEN, a token for the gateway of this machine is \
issued from the local store.

Examples:
  astra chat
  astra chat support --server https://astra.example.com
  echo 'What is the capital of France?' | astra chat"
)]
pub(crate) struct Args {
    /// The agent's id [default: the only one, or `assistant`]
    agent: Option<String>,
    /// The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Continue this session
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// What is printed on stdout
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Text)]
    output: Form,
    #[command(flatten)]
    store: StoreArgs,
}

/// What is printed of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// What the agent says
    Text,
    /// All events of the turn, each an object of JSON in a line
    Json,
}

#[derive(Deserialize)]
struct Agents {
    data: Vec<Agent>,
}

#[derive(Deserialize)]
struct Agent {
    id: String,
}

/// Runs the command.
pub(crate) fn run(args: Args, context: &Context) -> Result<()> {
    let place = Place { server: args.server.as_deref(), store: &args.store };
    let new = NewToken {
        name: OWN_ACCOUNT.into(),
        role: Some(Role::Admin),
        scopes: Some(OWN_SCOPES.to_vec()),
        expires_in_s: Some(OWN_TOKEN_LIFE_S),
    };
    block_on(reach::with_client(&place, new, context, async |client| converse(client, &args, context).await))
}

async fn converse(client: &Client, args: &Args, context: &Context) -> Result<()> {
    let printer = &context.printer;
    let mut input = Input::new(&context.environment)?;
    let agent = match &args.agent {
        Some(agent) => agent.clone(),
        None => printer.progress("looking for an agent", usual_agent(client)).await?,
    };
    if input.is_terminal() {
        printer.progress("looking for the agent", check(client, &agent, args.session.as_deref())).await?;
        let keys = "/help lists commands, ctrl-c stops an answer, ctrl-d leaves";
        printer.note(printer.dimmed(&format!("{agent} at {}: {keys}", client.server())));
    }
    let mut conversation = Conversation::new(client, printer, agent, args.session.clone(), surface_id());
    conversation.form = args.output;
    loop {
        let said = match input.next().await? {
            Said::Message(message) => message,
            Said::Nothing => continue,
            Said::Interrupted if input.is_terminal() => {
                printer.note(printer.dimmed("ctrl-d or /exit leaves"));
                continue;
            }
            Said::Interrupted => return Err(Error::silent()),
            Said::Goodbye => break,
        };
        let line = if input.is_terminal() { command::read(&said) } else { Line::Message(&said) };
        let message = match line {
            Line::Message(message) => message,
            Line::Exit => break,
            command => {
                obey(&command, &mut conversation, client, context).await;
                continue;
            }
        };
        match conversation.ask(message, &mut input).await {
            Ok(Ending::Complete) => {}
            Ok(Ending::Stopped) if !input.is_terminal() => return Err(Error::silent()),
            Ok(Ending::Stopped) => printer.note(printer.dimmed("stopped")),
            // In a terminal a person sees the error and asks again; a script must not go on.
            Err(error) if input.is_terminal() && error.has_words() => drop(printer.failure(&error)),
            Err(error) => return Err(error),
        }
    }
    if let Some(session) = conversation.session().filter(|_| input.is_terminal()) {
        let server = if client.server() == DEFAULT_SERVER { "" } else { &format!(" --server {}", client.server()) };
        let command = format!("{} chat {}{server} --session {session}", env::program(), conversation.agent());
        printer.note(printer.dimmed(&format!("continue with: {command}")));
    }
    Ok(())
}

/// Names a conversation; each has a name of its own.
fn surface_id() -> String {
    format!("{}-{}", SystemClock.now_ms(), std::process::id())
}

/// Does what a command says. What goes wrong is shown, and the conversation goes on.
async fn obey(command: &Line<'_>, conversation: &mut Conversation<'_>, client: &Client, context: &Context) {
    let printer = &context.printer;
    let done = match command {
        Line::New => {
            conversation.begin_anew(conversation.agent().to_owned(), surface_id());
            Ok(format!("a new session with {}", conversation.agent()))
        }
        Line::Agent(Some(agent)) => check(client, agent, None).await.map(|()| {
            conversation.begin_anew((*agent).to_owned(), surface_id());
            format!("a new session with {agent}")
        }),
        Line::Agent(None) => agents(client).await.map(|ids| ids.join("\n")),
        Line::Unknown(name) => Ok(format!(
            "there is no command {name}: /help lists them; a message that begins with a slash is written with two"
        )),
        _ => Ok(command::HELP.to_owned()),
    };
    match done {
        Ok(text) => printer.note(printer.dimmed(&text)),
        Err(error) => drop(printer.failure(&error)),
    }
}

/// Refuses an agent or a session that does not exist, before anything is said.
async fn check(client: &Client, agent: &str, session: Option<&str>) -> Result<()> {
    let is_id =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if !is_id(agent) || !client.has(&format!("/agents/{agent}")).await? {
        let error = Error::new(format!("there is no agent `{agent}` at {}", client.server()));
        return Err(match agents(client).await {
            Ok(ids) if !ids.is_empty() => error.hint(format!("there are: {}", ids.join(", "))),
            _ => error,
        });
    }
    let Some(session) = session else { return Ok(()) };
    if is_id(session) && client.has(&format!("/sessions/{session}")).await? {
        return Ok(());
    }
    Err(Error::new(format!("there is no session `{session}` at {}", client.server())))
}

/// The ids of the agents, at most 200 of them.
pub(crate) async fn agents(client: &Client) -> Result<Vec<String>> {
    let request = client.request(Method::GET, "/agents").query(&[("limit", "200")]);
    let agents = client.fetch::<Agents>(request).await?.data;
    Ok(agents.into_iter().map(|agent| agent.id).collect())
}

/// The agent that is meant where none is named.
pub(crate) async fn usual_agent(client: &Client) -> Result<String> {
    let agents = agents(client).await?;
    let ids: Vec<&str> = agents.iter().map(String::as_str).collect();
    match ids.as_slice() {
        [] => Err(Error::new(format!("{} has no agent", client.server()))
            .hint("put a definition into the folder `agents`, or POST one to /agents")),
        [only] => Ok((*only).to_owned()),
        several if several.contains(&USUAL_AGENT) => Ok(USUAL_AGENT.to_owned()),
        several => Err(Error::usage(format!("{} has several agents", client.server()))
            .hint(format!("name one of them: {}", several.join(", ")))),
    }
}
