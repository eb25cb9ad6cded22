//! A question to an agent: who asks whom, where, and how it is to be answered.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::spawned::Spawned;
use crate::content::Content;
use crate::provider::{Message, Parameters, Role, Tool, ToolChoice};
use crate::store::{JobQuestion, OnceKey, SessionTarget, VisibleTo, WorkspaceId};
use crate::trace_context::TraceContext;

/// Who asks.
#[derive(Debug, Clone)]
pub struct TurnCaller {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// `usr_...` or `svc_...`
    pub user_id: Arc<str>,
    /// What its credential belongs to, by which its turns are counted.
    pub credential: String,
    /// Whose sessions it may go on with.
    pub visible_to: VisibleTo,
    /// The id of its request.
    pub request_id: Arc<str>,
}

/// A message to an agent.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Whom.
    pub agent_id: String,
    /// In which session.
    pub place: SessionTarget,
    /// Who says `content`: the user, unless the caller keeps the conversation and ends it otherwise.
    pub role: Role,
    /// The message.
    pub content: Content,
    /// What was said before, if the caller keeps the conversation: it is read in place of the session's history, and its
    /// system messages follow the agent's prompt.
    pub prior_messages: Vec<Message>,
    /// Settings for this turn, instead of the agent's own.
    pub overrides: Overrides,
    /// What else is asked of the model, for this turn; `None` for nothing.
    pub parameters: Option<Box<Parameters>>,
    /// What the caller says of tools; `None` for nothing.
    pub tools: Option<Box<CallerTools>>,
    /// Data of the caller's own; the gateway does not interpret it.
    pub metadata: Map<String, Json>,
    /// Whether the answer is streamed while it grows.
    pub is_streamed: bool,
    /// Whether the turn ends when the handle of it is dropped: its caller could not come back for the answer.
    pub ends_with_caller: bool,
    /// The caller's idempotency key.
    pub once: Option<OnceKey>,
    /// The caller's `traceparent`.
    pub trace_parent: Option<Arc<TraceContext>>,
    /// What binds the turn, if another one begins it.
    pub spawned: Option<Box<Spawned>>,
    /// The question of a job that the turn answers, if it does.
    pub job: Option<Box<JobQuestion>>,
}

/// Settings for one turn, instead of the agent's own.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Overrides {
    /// Sampling temperature, 0 to 2.
    pub temperature: Option<f64>,
    /// Maximum number of tokens of the answer.
    pub max_output_tokens: Option<u32>,
}

/// What a caller says of tools, for one turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallerTools {
    /// The tools that the caller runs, beside the agent's own.
    pub tools: Vec<Tool>,
    /// Whether the model may, must or must not call a tool, of the caller or of the agent.
    pub choice: CallerToolChoice,
    /// Whether one answer may call several; `None` leaves it to the provider.
    pub parallel: Option<bool>,
    /// What becomes of a turn whose model calls one of them.
    pub on_call: OnCall,
}

/// Whether the model may, must or must not call a tool.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerToolChoice {
    /// It may.
    #[default]
    Auto,
    /// It must not, in the whole turn.
    None,
    /// It must in the first round, whichever it likes. From then on it may, unless a call for the caller ends the turn: then
    /// it must until there is one.
    Required,
    /// It must call the tool of this name in the first round. From then on it may call any.
    Named(Arc<str>),
}

/// What becomes of a turn whose model calls a tool that the caller runs. The agent's own tools that the same answer calls are
/// run first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnCall {
    /// It completes with the finish reason `tool_calls`; those of its calls that have no result are for the caller. The
    /// caller keeps the conversation, and comes back with another turn.
    EndTurn,
    /// It waits for the results, which the caller submits.
    AwaitResults,
}

impl CallerTools {
    /// Whether the turn is to end with a call for the caller.
    pub(super) fn wants_call(&self) -> bool {
        matches!(self.on_call, OnCall::EndTurn) && self.choice == CallerToolChoice::Required && !self.tools.is_empty()
    }
}

impl CallerToolChoice {
    /// What the model is sent in a round, from 0 on.
    pub(super) fn in_round(&self, round: u32) -> ToolChoice<'_> {
        match self {
            Self::None => ToolChoice::None,
            Self::Required if round == 0 => ToolChoice::Required,
            Self::Named(name) if round == 0 => ToolChoice::Named(name),
            Self::Auto | Self::Required | Self::Named(_) => ToolChoice::Auto,
        }
    }
}
