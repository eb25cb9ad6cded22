//! `astra mcp`: an MCP server on standard input and output, for clients that start a program. What is said goes to the MCP
//! server of a gateway, and its answers come back.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::io::{BufRead as _, Read as _};

use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc::{Receiver, channel};

use super::{Context, block_on, reach};
use crate::client::Client;
use crate::client::events::Events;
use crate::error::{Error, Result};
use crate::output::Printer;

/// So many messages are read ahead of those that are answered.
const LINES_AHEAD: usize = 16;
/// Longest message of a client, in bytes: longer than any that a gateway reads.
const LINE_BYTES_MAX: u64 = 64 << 20;
const SESSION: &str = "mcp-session-id";
const VERSION: &str = "mcp-protocol-version";
/// JSON-RPC's codes for what went wrong here.
const PARSE_ERROR: i64 = -32700;
const INTERNAL_ERROR: i64 = -32603;

/// Be an MCP server whose tools are a gateway's agents
#[derive(Debug, clap::Args)]
#[command(
    after_help = "For clients that start a program and speak MCP with its standard input and output, such as desktop \
assistants. The token is that of ASTRA_TOKEN, with the scope chat:send. Clients that speak MCP over HTTP need no program \
between: they use /mcp of the gateway.

Examples:
  astra mcp
  astra mcp --server https://astra.example.com"
)]
pub(crate) struct Args {
    /// The gateway [env: ASTRA_SERVER] [default: where `listen` of the configuration says, http://127.0.0.1:3000 without it]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<()> {
    let client = reach::of_environment(args.server.as_deref(), context)?;
    let lines = lines()?;
    block_on(relay(&client, &context.printer, lines))
}

/// The client's messages, a line each, read by a thread of their own, since reading cannot be given up.
fn lines() -> Result<Receiver<std::io::Result<String>>> {
    let (said, lines) = channel(LINES_AHEAD);
    let read = move || {
        let mut input = std::io::stdin().lock();
        loop {
            let mut line = String::new();
            let read = (&mut input).take(LINE_BYTES_MAX).read_line(&mut line);
            let is_end = matches!(read, Ok(0) | Err(_));
            if matches!(read, Ok(0)) || said.blocking_send(read.map(|_| line)).is_err() || is_end {
                return;
            }
        }
    };
    #[expect(clippy::disallowed_methods, reason = "it blocks on the standard input for as long as the program runs")]
    let thread = std::thread::Builder::new().name("stdin".into()).spawn(read);
    thread.map(|_| lines).map_err(|fault| Error::new("cannot read the input").because(&fault))
}

/// Hands messages on until the client says no more and all are answered.
async fn relay(client: &Client, printer: &Printer, mut lines: Receiver<std::io::Result<String>>) -> Result<()> {
    let bridge = Bridge { client, printer, handshake: RefCell::default(), cancelled: RefCell::default() };
    let (mut running, mut handles) = (FuturesUnordered::new(), HashMap::new());
    let mut is_open = true;
    while is_open || !running.is_empty() {
        let line = tokio::select! {
            line = lines.recv(), if is_open => line,
            Some((id, done)) = running.next(), if !running.is_empty() => {
                handles.remove(&id);
                // A call that was given up is owed no answer.
                if let Ok(answered) = done {
                    answered?;
                }
                continue;
            }
        };
        let Some(line) = line else {
            is_open = false;
            continue;
        };
        let line = line.map_err(|fault| Error::new("cannot read the input").because(&fault))?;
        if line.trim().is_empty() {
            continue;
        }
        let Some(message) = Message::read(&line) else {
            bridge.fail(None, PARSE_ERROR, "The line is not one message of JSON-RPC.")?;
            continue;
        };
        if let Some(id) = message.cancels().map(ToString::to_string) {
            match handles.remove(&id) {
                // Hanging up is how a call is cancelled where each request says all.
                Some((handle, true)) => AbortHandle::abort(&handle),
                _ => drop(bridge.cancelled.borrow_mut().insert(id)),
            }
        }
        // The handshake and notifications go in order; requests may overtake each other.
        if message.method == "initialize" || message.id.is_null() {
            bridge.exchange(&message).await?;
            continue;
        }
        let (handle, registration) = AbortHandle::new_pair();
        let id = message.id.to_string();
        handles.insert(id.clone(), (handle, message.version.is_some()));
        let bridge = &bridge;
        running.push(async move {
            (id, Abortable::new(async move { bridge.exchange(&message).await }, registration).await)
        });
    }
    Ok(())
}

/// A message of the client.
struct Message {
    text: String,
    method: String,
    /// Null of what is owed no answer: a notification, and the answer to what the client was asked.
    id: Value,
    params: Map<String, Value>,
    /// The revision that the request names, where each one does.
    version: Option<String>,
}

impl Message {
    fn read(line: &str) -> Option<Self> {
        let mut message: Map<String, Value> = serde_json::from_str(line).ok()?;
        let method = message.get("method").and_then(Value::as_str).unwrap_or_default().to_owned();
        let params = match message.remove("params") {
            Some(Value::Object(params)) => params,
            _ => Map::new(),
        };
        let version = params.get("_meta").and_then(|meta| meta.get("io.modelcontextprotocol/protocolVersion"));
        let version = version.and_then(Value::as_str).map(str::to_owned);
        let is_response = method.is_empty() && (message.contains_key("result") || message.contains_key("error"));
        let id = message.remove("id").filter(|_| !is_response).unwrap_or_default();
        Some(Self { text: line.trim().to_owned(), method, id, params, version })
    }

    /// The request that the message cancels.
    fn cancels(&self) -> Option<&Value> {
        self.params.get("requestId").filter(|_| self.method == "notifications/cancelled")
    }

    /// What a header repeats of the parameters.
    fn name(&self) -> Option<&str> {
        let field = match self.method.as_str() {
            "tools/call" | "prompts/get" => "name",
            "resources/read" => "uri",
            _ => return None,
        };
        self.params.get(field)?.as_str().filter(|name| name.bytes().all(|byte| byte.is_ascii_graphic()))
    }
}

/// What a handshake agreed on: session and revision.
#[derive(Default)]
struct Handshake {
    session: Option<String>,
    version: Option<String>,
}

struct Bridge<'a> {
    client: &'a Client,
    printer: &'a Printer,
    handshake: RefCell<Handshake>,
    /// Requests that are owed no answer.
    cancelled: RefCell<HashSet<String>>,
}

impl Bridge<'_> {
    /// Sends `message` and hands the answer on. Fails only where the client reads no more.
    async fn exchange(&self, message: &Message) -> Result<()> {
        let request = self.client.request(Method::POST, "/mcp").body(message.text.clone());
        let mut request = request.header(CONTENT_TYPE, "application/json");
        request = request.header(ACCEPT, "application/json, text/event-stream");
        if let Some(version) = &message.version {
            request = request.header(VERSION, version).header("mcp-method", &message.method);
            request = message.name().into_iter().fold(request, |request, name| request.header("mcp-name", name));
        } else {
            let handshake = self.handshake.borrow();
            let known = [(SESSION, &handshake.session), (VERSION, &handshake.version)];
            let known = known.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?)));
            request = known.fold(request, |request, (name, value)| request.header(name, value));
        }
        let answer = match self.client.try_send(request).await {
            Ok(response) => self.answered(message, response).await,
            Err(error) => Err(error),
        };
        let is_owed = !message.id.is_null() && !self.cancelled.borrow_mut().remove(&message.id.to_string());
        match answer {
            Ok(true) => Ok(()),
            Ok(false) if !is_owed => Ok(()),
            Ok(false) => self.fail(Some(&message.id), INTERNAL_ERROR, "The answer broke off."),
            Err(error) if is_owed => {
                let text = error.to_string();
                let _code = self.printer.failure(&error);
                self.fail(Some(&message.id), INTERNAL_ERROR, &text)
            }
            Err(error) => {
                let _code = self.printer.failure(&error);
                Ok(())
            }
        }
    }

    /// Hands on what `response` says; answers whether that was an answer to the message.
    async fn answered(&self, message: &Message, response: Response) -> Result<bool> {
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let media_type = header(CONTENT_TYPE.as_str()).unwrap_or_default();
        if media_type.starts_with("text/event-stream") {
            let mut events = Events::new(Box::pin(response.bytes_stream()));
            let mut is_answered = false;
            while let Some(event) = events.next().await {
                // What the client is asked has an id too, and a method.
                let is_answer = |said: Value| said.get("id").is_some() && said.get("method").is_none();
                is_answered = serde_json::from_str(&event.data).is_ok_and(is_answer);
                self.say(&event.data)?;
            }
            return Ok(is_answered);
        }
        if response.status() == StatusCode::ACCEPTED {
            return Ok(message.id.is_null());
        }
        if !media_type.starts_with("application/json") {
            return Err(self.client.refusal(response).await);
        }
        let session = header(SESSION);
        let text = response.text().await.map_err(|fault| self.client.not_understood(&fault))?;
        if message.method == "initialize" && message.version.is_none() {
            let said: Value = serde_json::from_str(&text).unwrap_or_default();
            let version = said.pointer("/result/protocolVersion").and_then(Value::as_str).map(str::to_owned);
            *self.handshake.borrow_mut() = Handshake { session, version };
        }
        self.say(&text)?;
        Ok(true)
    }

    fn fail(&self, id: Option<&Value>, code: i64, text: &str) -> Result<()> {
        let mut message = json!({"jsonrpc": "2.0", "error": {"code": code, "message": text}});
        if let Some(id) = id {
            message["id"] = id.clone();
        }
        self.say(&message.to_string())
    }

    /// A message is one line.
    fn say(&self, text: &str) -> Result<()> {
        self.printer.line(text.replace(['\r', '\n'], " "))
    }
}
