//! One message and its answer: sent, shown while it grows, stopped on ctrl-c, taken up again when the line breaks.

use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use reqwest::{Method, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Form;
use super::approval::{self, Asked, Required};
use super::input::{Input, interrupted};
use crate::client::events::{Event, Events};
use crate::client::{Client, Problem};
use crate::error::{Error, Result};
use crate::harmless::on_one_line;
use crate::output::Printer;

/// How this program names itself as the place of a conversation.
const SURFACE: &str = "terminal";
/// How often a broken stream is taken up again before it is given up, and how long is waited before.
const RESUMES_MAX: u32 = 5;
const RESUME_PAUSE: Duration = Duration::from_millis(500);

/// So much of a tool's arguments and of its result is shown.
const EXCERPT_CHARACTERS: usize = 200;

/// How a turn ended, if it did not fail.
pub(super) enum Ending {
    Complete,
    Stopped,
}

/// A conversation with one agent.
pub(super) struct Conversation<'a> {
    client: &'a Client,
    printer: &'a Printer,
    agent: String,
    session: Option<String>,
    surface_id: String,
    /// What is printed of its turns.
    pub(super) form: Form,
}

/// The events that matter here; others are skipped, as the API asks of its clients.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ChatFrame {
    SessionResolved {
        turn_id: String,
        session_id: String,
    },
    Content {
        delta: String,
    },
    ToolCallComplete {
        call_id: String,
        tool: String,
        arguments: Value,
    },
    ToolResult {
        call_id: String,
        content: String,
        is_error: bool,
        elapsed_ms: u64,
    },
    ApprovalRequired(Required),
    Done,
    Error {
        problem: Problem,
    },
    #[serde(other)]
    Other,
}

/// What is known of the running turn.
#[derive(Default)]
struct Progress {
    turn_id: Option<String>,
    /// The last event that was seen.
    last_id: Option<String>,
    /// The calls without a result: their ids, and the tools.
    called: Vec<(String, String)>,
    ends_with_newline: bool,
    is_stopped: bool,
}

impl Progress {
    /// The tool of a call that has a result.
    fn returned(&mut self, call_id: &str) -> String {
        let place = self.called.iter().position(|(id, _)| *id == call_id);
        place.map_or_else(|| "the tool".to_owned(), |place| self.called.remove(place).1)
    }
}

impl<'a> Conversation<'a> {
    pub(super) fn new(
        client: &'a Client,
        printer: &'a Printer,
        agent: String,
        session: Option<String>,
        surface_id: String,
    ) -> Self {
        Self { client, printer, agent, session, surface_id, form: Form::Text }
    }

    /// The session, once there is one.
    pub(super) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// The agent's id.
    pub(super) fn agent(&self) -> &str {
        &self.agent
    }

    /// The next message begins a new session, of the agent `agent`.
    pub(super) fn begin_anew(&mut self, agent: String, surface_id: String) {
        (self.agent, self.surface_id, self.session) = (agent, surface_id, None);
    }

    /// Says `message` and prints the answer; `input` is asked where a person is to decide.
    pub(super) async fn ask(&mut self, message: &str, input: &mut Input) -> Result<Ending> {
        let mut body = json!({"agent_id": self.agent, "message": message});
        match &self.session {
            Some(session) => body["session_id"] = json!(session),
            None => (body["surface"], body["surface_id"]) = (json!(SURFACE), json!(self.surface_id)),
        }
        let mut progress = Progress { ends_with_newline: true, ..Progress::default() };
        let request = self.client.request(Method::POST, "/chat/stream").json(&body);
        let mut answer = tokio::select! {
            answer = self.printer.progress("waiting for the gateway", self.client.send(request)) => answer?,
            () = interrupted() => return Ok(Ending::Stopped),
        };
        let mut resumes = 0;
        loop {
            if let Some(ending) = self.follow(answer, &mut progress, input).await? {
                return Ok(ending);
            }
            resumes += 1;
            answer = self.resume(&progress, resumes).await?;
        }
    }

    /// Shows what comes until the turn has ended; nothing if the line broke before.
    async fn follow(&mut self, answer: Response, progress: &mut Progress, input: &mut Input) -> Result<Option<Ending>> {
        let mut events = Events::new(Box::pin(answer.bytes_stream()));
        loop {
            let event = tokio::select! {
                event = self.next(&mut events, progress) => event,
                () = interrupted(), if !progress.is_stopped => {
                    progress.is_stopped = true;
                    self.cancel(progress).await?;
                    continue;
                }
            };
            let Some(event) = event else { return Ok(None) };
            progress.last_id = event.id.or(progress.last_id.take());
            let happened = serde_json::from_str(&event.data);
            let frame =
                happened.map_err(|fault| Error::new("an event of the gateway cannot be read").because(&fault))?;
            if self.form == Form::Json {
                self.printer.line(event.data.replace(['\r', '\n'], " "))?;
            }
            match frame {
                ChatFrame::SessionResolved { turn_id, session_id } => {
                    progress.turn_id = Some(turn_id);
                    self.session = Some(session_id);
                    if progress.is_stopped {
                        self.cancel(progress).await?;
                    }
                }
                ChatFrame::Content { delta } => self.speak(&delta, progress)?,
                ChatFrame::ApprovalRequired(required) => self.decide(&required, progress, input).await?,
                ChatFrame::ToolCallComplete { call_id, tool, arguments } => {
                    self.end_line(progress)?;
                    self.note(&format!("calls {tool} with {}", excerpt(&arguments.to_string())));
                    progress.called.push((call_id, tool));
                }
                ChatFrame::ToolResult { call_id, content, is_error, elapsed_ms } => {
                    let tool = progress.returned(&call_id);
                    let did = if is_error { "failed" } else { "answered" };
                    self.note(&format!("{tool} {did} after {elapsed_ms} ms: {}", excerpt(&content)));
                }
                ChatFrame::Done => {
                    self.end_line(progress)?;
                    return Ok(Some(Ending::Complete));
                }
                ChatFrame::Error { problem } => {
                    self.end_line(progress)?;
                    return if progress.is_stopped { Ok(Some(Ending::Stopped)) } else { Err(problem.into_error()) };
                }
                ChatFrame::Other => {}
            }
        }
    }

    /// Lets the person who types decide on a call, or stop the turn.
    async fn decide(&self, required: &Required, progress: &mut Progress, input: &mut Input) -> Result<()> {
        self.end_line(progress)?;
        if progress.is_stopped || approval::ask(required, self.client, self.printer, input).await? == Asked::On {
            return Ok(());
        }
        progress.is_stopped = true;
        self.cancel(progress).await
    }

    /// The next event. Until the model has begun to speak, a person sees that something is going on.
    async fn next<S: Stream<Item = reqwest::Result<Bytes>> + Unpin>(
        &self,
        events: &mut Events<S>,
        progress: &Progress,
    ) -> Option<Event> {
        if progress.ends_with_newline && !progress.is_stopped {
            return self.printer.progress("thinking", events.next()).await;
        }
        events.next().await
    }

    async fn cancel(&self, progress: &Progress) -> Result<()> {
        let Some(turn_id) = &progress.turn_id else { return Ok(()) };
        let path = format!("/chat/turns/{turn_id}/cancel");
        self.client.send(self.client.request(Method::POST, &path)).await.map(drop)
    }

    /// Takes the turn's events up again behind the last one that was seen.
    async fn resume(&self, progress: &Progress, resumes: u32) -> Result<Response> {
        let lost = || Error::new(format!("the connection to {} broke", self.client.server()));
        let Some(turn_id) = progress.turn_id.as_ref().filter(|_| resumes <= RESUMES_MAX) else { return Err(lost()) };
        tokio::time::sleep(RESUME_PAUSE).await;
        let mut request = self.client.request(Method::GET, &format!("/chat/turns/{turn_id}/events"));
        if let Some(last_id) = &progress.last_id {
            request = request.header("Last-Event-ID", last_id);
        }
        self.client
            .send(request)
            .await
            .map_err(|error| error.hint(format!("the answer goes on without us as {turn_id}")))
    }

    /// Shows what happens beside what is said.
    fn note(&self, text: &str) {
        self.printer.note(self.printer.dimmed(&on_one_line(text)));
    }

    /// Prints what the agent says, unless the events are printed.
    fn speak(&self, delta: &str, progress: &mut Progress) -> Result<()> {
        if self.form == Form::Json {
            return Ok(());
        }
        progress.ends_with_newline = delta.ends_with('\n');
        self.printer.speech(delta)
    }

    fn end_line(&self, progress: &mut Progress) -> Result<()> {
        if std::mem::replace(&mut progress.ends_with_newline, true) { Ok(()) } else { self.printer.data("\n") }
    }
}

/// The beginning of `text`.
fn excerpt(text: &str) -> String {
    let mut letters = text.chars();
    let mut line: String = letters.by_ref().take(EXCERPT_CHARACTERS).collect();
    if letters.next().is_some() {
        line.push_str(" ..");
    }
    if line.is_empty() { "nothing".to_owned() } else { line }
}
