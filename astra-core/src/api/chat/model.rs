//! What the operations of the chat group share.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::content::Content;
use crate::engine::{Ask, Overrides};
use crate::error::{Code, Error, Result};
use crate::http::turn::{CallerTool, DecideApproval, MessageContent, SubmitResults, TurnToolChoice, caller_tools};
use crate::http::websocket::SUBPROTOCOL;
use crate::http::{Problem, small_metadata};
use crate::ids::{ApprovalId, SessionId, TurnId};
use crate::provider::Role;
use crate::store::{OnceKey, SessionTarget};
use crate::trace_context::TraceContext;

/// The surface of a chat that names none.
const SURFACE_DEFAULT: &str = "api";

/// A message to an agent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SendMessage {
    /// The agent to ask.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// The question; white space alone is none.
    pub message: MessageContent,
    /// The session of the message. By default it is the caller's current session for the agent, `surface` and
    /// `surface_id`; if there is none, one is opened.
    #[schema(value_type = Option<String>, example = "ses_06a1b2c3d4e5q")]
    pub session_id: Option<SessionId>,
    /// The place of the conversation, named by the application, such as a program or a page; `api` by default.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$", example = "web")]
    pub surface: Option<String>,
    /// Distinguishes conversations on the same surface, such as a channel's id.
    #[schema(max_length = 256, pattern = r"^[^\x00-\x1f\x7f]*$", example = "ticket-4711")]
    pub surface_id: Option<String>,
    /// Settings for this turn, instead of the agent's own.
    pub overrides: Option<TurnOverrides>,
    /// Tools that the caller runs, beside the agent's own, whose names they must not have. A turn whose model calls one of them
    /// waits for the result.
    #[serde(default)]
    #[schema(max_items = 128)]
    pub tools: Vec<CallerTool>,
    /// Whether the model may call tools, of the agent or of the caller; `auto` by default.
    pub tool_choice: Option<TurnToolChoice>,
    /// The caller's own data, at most 16 KiB as JSON; it comes back with the turn.
    #[serde(default)]
    #[schema(example = json!({"ticket": "4711"}))]
    pub metadata: Map<String, Value>,
}

/// Settings for one turn, instead of the agent's own.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct TurnOverrides {
    /// Sampling temperature.
    #[schema(minimum = 0.0, maximum = 2.0, example = 0.2)]
    pub temperature: Option<f64>,
    /// Maximum number of tokens of the answer.
    #[schema(minimum = 1, maximum = 1_000_000, example = 256)]
    pub max_output_tokens: Option<u32>,
}

impl SendMessage {
    /// The question in the engine's terms.
    ///
    /// # Errors
    /// If both a session and a surface are named, the question is blank, or the metadata is too large.
    pub fn into_ask(
        self,
        is_streamed: bool,
        once: Option<OnceKey>,
        trace_parent: Option<Arc<TraceContext>>,
    ) -> Result<Ask> {
        let place = match (self.session_id, self.surface, self.surface_id) {
            (Some(id), None, None) => SessionTarget::Session { id },
            (Some(_), _, _) => {
                return Err(Error::field(
                    "/surface",
                    "Give either `session_id` or `surface`, not both: a session has its surface already.",
                ));
            }
            (None, surface, surface_id) => SessionTarget::Surface {
                surface: surface.unwrap_or_else(|| SURFACE_DEFAULT.to_owned()),
                surface_id: surface_id.unwrap_or_default(),
            },
        };
        let overrides = self.overrides.map_or_else(Overrides::default, |overrides| Overrides {
            temperature: overrides.temperature,
            max_output_tokens: overrides.max_output_tokens,
        });
        let content = Content::from(self.message);
        if content.is_blank() {
            return Err(Error::field("/message", "The question is blank: say something, or send an image."));
        }
        small_metadata(&self.metadata)?;
        let tools = caller_tools(self.tools, self.tool_choice)?;
        Ok(Ask {
            agent_id: self.agent_id,
            place,
            role: Role::User,
            content,
            prior_messages: Vec::new(),
            overrides,
            parameters: None,
            tools,
            metadata: self.metadata,
            is_streamed,
            ends_with_caller: false,
            once,
            trace_parent,
            spawned: None,
            job: None,
        })
    }
}

/// A frame that a client sends over a WebSocket. Each is answered by one `accepted`, `pong` or `problem` with its
/// `request_id`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SocketRequest {
    /// Ask an agent, as `chat.stream` does. After `accepted` come the events of the turn.
    Message(Box<SocketMessage>),
    /// End a turn, as `chat.cancel` does. It is accepted when the turn has ended.
    Cancel(SocketCancel),
    /// Follow a turn from an event on, as `chat.resume` does: a turn of another connection, or again one of this.
    Resume(SocketResume),
    /// Approve a call, as `tools.approve` does, whose role and scope the credential needs. The events of its turn go on where it is
    /// followed.
    Approve(SocketDecision),
    /// Deny a call, as `tools.deny` does, whose role and scope the credential needs.
    Deny(SocketDecision),
    /// Submit the results of a turn's calls, as `chat.submit_results` does. They are accepted when they are kept; the events of the
    /// turn go on where it is followed.
    SubmitResults(SocketResults),
    /// Ask for a `pong`.
    Ping(SocketPing),
}

/// A message to an agent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SocketMessage {
    /// What the answer to this frame repeats.
    #[schema(min_length = 1, max_length = 128, pattern = "^[!-~]+$", example = "q1")]
    pub request_id: Option<String>,
    /// Makes the frame take effect once, as the header `Idempotency-Key` does for `chat.stream`: after a connection that
    /// broke, the same frame gets the events of the turn that it began.
    #[schema(min_length = 1, max_length = 255, pattern = "^[!-~]+$", example = "8e03978e-40d5-43e8-bc93-6894a57f9324")]
    pub idempotency_key: Option<String>,
    /// What is asked.
    #[serde(flatten)]
    pub question: SendMessage,
}

/// The turn that is to end.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SocketCancel {
    /// What the answer to this frame repeats.
    #[schema(min_length = 1, max_length = 128, pattern = "^[!-~]+$", example = "q2")]
    pub request_id: Option<String>,
    /// The turn.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
}

/// The turn that is to be followed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SocketResume {
    /// What the answer to this frame repeats.
    #[schema(min_length = 1, max_length = 128, pattern = "^[!-~]+$", example = "q3")]
    pub request_id: Option<String>,
    /// The turn.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The number of the last event that the client has; 0 by default, which is before the first one.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 2)]
    pub after: i64,
}

/// A decision on a call.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SocketDecision {
    /// What the answer to this frame repeats.
    #[schema(min_length = 1, max_length = 128, pattern = "^[!-~]+$", example = "q5")]
    pub request_id: Option<String>,
    /// The approval, of the event `approval_required`.
    #[schema(value_type = String, example = "apr_06a1b2c3d4e5q")]
    pub approval_id: ApprovalId,
    /// What is said beside.
    #[serde(flatten)]
    pub decision: DecideApproval,
}

/// The results of all calls that a turn waits for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SocketResults {
    /// What the answer to this frame repeats.
    #[schema(min_length = 1, max_length = 128, pattern = "^[!-~]+$", example = "q7")]
    pub request_id: Option<String>,
    /// The turn.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// What is submitted.
    #[serde(flatten)]
    pub submitted: SubmitResults,
}

/// A question whether the gateway is there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SocketPing {
    /// What the answer to this frame repeats.
    #[schema(min_length = 1, max_length = 128, pattern = "^[!-~]+$", example = "q4")]
    pub request_id: Option<String>,
}

/// A frame that answers another one. The other frames that a client gets are the events of turns.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SocketReply {
    /// What was asked for is done or has begun.
    Accepted(SocketAccepted),
    /// The gateway is there.
    Pong(SocketPong),
    /// What was asked for is refused, or has failed. The connection goes on.
    Problem(Box<SocketProblem>),
}

/// What was asked for is done or has begun.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SocketAccepted {
    /// The `request_id` of the frame.
    #[schema(max_length = 128, example = "q1")]
    pub request_id: Option<String>,
    /// The turn that it was about, or that it began.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
}

/// The gateway is there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SocketPong {
    /// The `request_id` of the frame.
    #[schema(max_length = 128, example = "q4")]
    pub request_id: Option<String>,
}

/// A frame is refused, or has failed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SocketProblem {
    /// The `request_id` of the frame, if one can be read.
    #[schema(max_length = 128, example = "q1")]
    pub request_id: Option<String>,
    /// How long to wait before another try, in seconds; null if that would change nothing.
    #[schema(minimum = 1, maximum = 86_400, example = 1)]
    pub retry_after_s: Option<u64>,
    /// Why.
    pub problem: Problem,
}

/// What a WebSocket of this gateway takes and sends.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatSocket {
    /// The subprotocols: `astra`, and `bearer.` with a token, which is a credential.
    #[schema(min_items = 2, max_items = 2, example = json!(["astra", "bearer.<token>"]))]
    pub subprotocols: Vec<String>,
    /// The largest frame, in bytes.
    #[schema(minimum = 1, example = 1_048_576)]
    pub frame_bytes_max: u64,
    /// How many turns one connection follows at once.
    #[schema(minimum = 1, example = 64)]
    pub turns_max: u64,
    /// A frame of each kind that a client may send: a `SocketRequest`.
    #[schema(max_items = 16, example = json!([{"type": "ping", "request_id": "q4"}]))]
    pub requests: Vec<Map<String, Value>>,
    /// A frame of each kind that answers one.
    #[schema(max_items = 16)]
    pub replies: Vec<SocketReply>,
}

impl ChatSocket {
    /// What there is to know, with the bounds of this gateway and an example of each frame.
    #[must_use]
    pub fn new(frame_bytes_max: usize, turns_max: usize, request_id: &str, path: &str) -> Self {
        let (turn_id, approval_id) = (TurnId::from_key(1), ApprovalId::from_key(1));
        let requests = [
            json!({"type": "message", "request_id": "q1", "agent_id": "assistant", "message": "What is the capital of France?"}),
            json!({"type": "cancel", "request_id": "q2", "turn_id": turn_id}),
            json!({"type": "resume", "request_id": "q3", "turn_id": turn_id, "after": 2}),
            json!({"type": "ping", "request_id": "q4"}),
            json!({"type": "approve", "request_id": "q5", "approval_id": approval_id}),
            json!({"type": "deny", "request_id": "q6", "approval_id": approval_id, "note": "Not on a Friday."}),
            json!({"type": "submit_results", "request_id": "q7", "turn_id": turn_id, "results": [{"call_id": "call_1", "content": "21"}]}),
        ];
        let (id, object) = (|name: &str| Some(name.to_owned()), |frame: Value| frame.as_object().cloned());
        let busy = Error::new(Code::AgentBusy, "The session is busy with another message.");
        Self {
            subprotocols: vec![SUBPROTOCOL.to_owned(), "bearer.<token>".to_owned()],
            frame_bytes_max: frame_bytes_max as u64,
            turns_max: turns_max as u64,
            requests: requests.into_iter().filter_map(object).collect(),
            replies: vec![
                SocketReply::Accepted(SocketAccepted { request_id: id("q1"), turn_id }),
                SocketReply::Pong(SocketPong { request_id: id("q4") }),
                SocketReply::problem(Some("q1"), &busy, request_id, path),
            ],
        }
    }
}

impl SocketReply {
    /// The text of the frame.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The refusal of the frame `frame_id`, on the connection of the request `request_id` for `path`.
    #[must_use]
    pub fn problem(frame_id: Option<&str>, error: &Error, request_id: &str, path: &str) -> Self {
        let waits = matches!(error.code.status(), 429 | 503);
        Self::Problem(Box::new(SocketProblem {
            request_id: frame_id.map(str::to_owned),
            retry_after_s: waits.then(|| error.retry_after_s.unwrap_or(1).clamp(1, 86_400)),
            problem: Problem::new(error, request_id, path),
        }))
    }
}
