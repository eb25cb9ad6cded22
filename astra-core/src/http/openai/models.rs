//! Agents as OpenAI's clients list them: as models.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::timestamp;
use crate::store::StoredAgent;

/// The agents that the caller may ask, in OpenAI's form.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OpenAiModels {
    /// Always `list`.
    #[schema(max_length = 32, example = "list")]
    pub object: String,
    /// The agents, newest first.
    #[schema(max_items = 1000)]
    pub data: Vec<OpenAiModel>,
}

/// An agent in OpenAI's form.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OpenAiModel {
    /// The agent's id, to be given as `model`.
    #[schema(max_length = 64, example = "assistant")]
    pub id: String,
    /// Always `model`.
    #[schema(max_length = 32, example = "model")]
    pub object: String,
    /// When the agent was made, in seconds since the epoch.
    #[schema(minimum = 0, example = 1_795_468_020)]
    pub created: i64,
    /// Always `astra`.
    #[schema(max_length = 32, example = "astra")]
    pub owned_by: String,
}

impl OpenAiModel {
    /// The model that stands for `agent`.
    #[must_use]
    pub fn of(agent: StoredAgent) -> Self {
        Self {
            id: agent.id,
            object: "model".into(),
            created: timestamp(agent.created_at_ms).timestamp(),
            owned_by: "astra".into(),
        }
    }
}
