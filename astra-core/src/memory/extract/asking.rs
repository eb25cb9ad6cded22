//! Who asks the agent's own model what to remember: the engine does, whose rooms memory does not know.

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::provider::Message;
use crate::store::{self, Rows};

/// A question to an agent's own model.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The rows of the agent's workspace.
    pub rows: &'a Rows,
    /// The agent.
    pub agent_id: &'a str,
    /// On whose behalf, by number.
    pub subject: i64,
    /// What is asked.
    pub messages: &'a [Message],
    /// The JSON schema of the answer.
    pub schema: &'a Value,
}

/// Why a model gave no answer: rules alone are used then.
#[derive(Debug)]
pub enum NotAsked {
    /// The agent is gone, or has no model that could find anything, or none that its workspace allows.
    NoModel,
    /// The agent's budget is spent.
    Spent,
    /// The model failed, or did not answer in time.
    Failed,
    /// The store failed: the turn is looked at again later.
    Store(store::Error),
}

/// What asks models.
pub trait ExtractionModel: Send + Sync + 'static {
    /// The answer of the agent's own model, as a text. What it used is on the agent.
    fn ask<'a>(&'a self, asking: Asking<'a>) -> BoxFuture<'a, Result<String, NotAsked>>;
}
