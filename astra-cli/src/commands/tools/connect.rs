//! `astra tools connect`

use std::time::Duration;

use reqwest::Method;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep};

use super::GatewayArgs;
use super::servers::Server;
use crate::client::Client;
use crate::commands::{Context, block_on};
use crate::error::{Error, Result};
use crate::harmless::on_one_line;
use crate::settings::expand::expand;

/// How long the command waits to say what came of it.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(100);

/// Connect an MCP server, whose tools agents may call then
#[derive(Debug, clap::Args)]
#[command(
    after_help = "In the URL, headers, variables and arguments ${NAME} is a variable of the environment, so that no secret is on the \
command line: write them in single quotes. A program is run by the gateway, if mcp.allow_stdio of its configuration lists it.

Examples:
  astra tools connect crm https://mcp.example.com/mcp --header 'Authorization: Bearer ${CRM_TOKEN}'
  astra tools connect files --command npx -- -y @modelcontextprotocol/server-filesystem /srv/files"
)]
pub(super) struct Args {
    /// The server's name, with which the names of its tools begin
    name: String,
    /// Where it speaks streamable HTTP
    #[arg(required_unless_present = "command", conflicts_with = "command")]
    url: Option<String>,
    /// A header of each request to it; can be given several times
    #[arg(long = "header", value_name = "NAME: VALUE", conflicts_with = "command")]
    headers: Vec<String>,
    /// The program that is the server, in the place of a URL
    #[arg(long, value_name = "PROGRAM")]
    command: Option<String>,
    /// A variable of the program; can be given several times
    #[arg(long = "env", value_name = "NAME=VALUE", requires = "command")]
    env: Vec<String>,
    /// Longest time of a call of its tools, in seconds
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// The program's arguments
    #[arg(last = true, requires = "command")]
    args: Vec<String>,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<()> {
    let client = args.gateway.client(context)?;
    let body = body(args, |text| expand(text, &context.environment).map_err(Error::usage))?;
    let server = block_on(context.printer.progress("connecting", connect(&client, &body)))?;
    let name = &server.name;
    match (server.status.as_str(), &server.error) {
        ("connected", _) => context.printer.note(format!("{name} is connected: {} tools", server.tools.len())),
        ("failed", Some(error)) => {
            context.printer.note(format!("{name} cannot be reached as yet: {}", on_one_line(error)));
            context.printer.note("the gateway goes on trying: `astra tools servers` shows what comes of it");
        }
        _ => context.printer.note(format!("{name} is being connected: `astra tools servers` shows what comes of it")),
    }
    Ok(())
}

async fn connect(client: &Client, body: &Value) -> Result<Server> {
    let mut server: Server = client.fetch(client.request(Method::POST, "/tools/servers").json(body)).await?;
    let give_up = Instant::now() + PATIENCE;
    while server.status == "connecting" && Instant::now() < give_up {
        sleep(PAUSE).await;
        server = client.fetch(client.request(Method::GET, &format!("/tools/servers/{}", server.name))).await?;
    }
    Ok(server)
}

fn body(args: &Args, expand: impl Fn(&str) -> Result<String>) -> Result<Value> {
    let pairs = |texts: &[String], separator: &str| {
        let pair = |text: &String| {
            let parts = text.split_once(separator).map(|(name, value)| (name.trim(), value.trim()));
            let (name, value) = parts.ok_or_else(|| {
                Error::usage(format!("there is no `{separator}` in a header or variable: write NAME{separator}VALUE"))
            })?;
            Ok((name.to_owned(), Value::String(expand(value)?)))
        };
        texts.iter().map(pair).collect::<Result<Map<String, Value>>>()
    };
    let transport = match (&args.url, &args.command) {
        (Some(url), _) => json!({"type": "http", "url": expand(url)?, "headers": pairs(&args.headers, ":")?}),
        (None, command) => json!({
            "type": "stdio", "command": command, "env": pairs(&args.env, "=")?,
            "args": args.args.iter().map(|arg| expand(arg)).collect::<Result<Vec<_>>>()?,
        }),
    };
    let mut body = json!({"name": args.name, "transport": transport});
    if let Some(timeout_s) = args.timeout {
        body["timeout_s"] = timeout_s.into();
    }
    Ok(body)
}
