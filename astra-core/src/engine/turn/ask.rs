//! A question to an agent: who asks whom, where, and how it is to be answered.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::content::Content;
use crate::provider::{Message, Parameters, Role};
use crate::store::{OnceKey, SessionTarget, VisibleTo, WorkspaceId};

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
    /// Data of the caller's own; the gateway does not interpret it.
    pub metadata: Map<String, Json>,
    /// Whether the answer is streamed while it grows.
    pub is_streamed: bool,
    /// Whether the turn ends when the handle of it is dropped: its caller could not come back for the answer.
    pub ends_with_caller: bool,
    /// The caller's idempotency key.
    pub once: Option<OnceKey>,
    /// The caller's `traceparent`.
    pub trace_parent: Option<Arc<str>>,
}

/// Settings for one turn, instead of the agent's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Overrides {
    /// Sampling temperature, 0 to 2.
    pub temperature: Option<f64>,
    /// Maximum number of tokens of the answer.
    pub max_output_tokens: Option<u32>,
}
