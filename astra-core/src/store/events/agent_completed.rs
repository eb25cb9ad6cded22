//! `agent.completed`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;
use crate::ids::{SessionId, TraceId, TurnId};

/// A turn that an agent has completed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentCompletedData {
    /// The turn.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The session that the turn belongs to.
    #[schema(value_type = String, example = "ses_06a1b2c3d4e5q")]
    pub session_id: SessionId,
    /// The agent.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// The version of the agent that answered.
    #[schema(minimum = 1, example = 3)]
    pub agent_version: u32,
    /// Who asked.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub user_id: String,
    /// Why the model stopped, such as `stop` or `length`.
    #[schema(max_length = 64, example = "stop")]
    pub finish_reason: Option<String>,
    /// The provider of the model that answered.
    #[schema(max_length = 64, example = "openai")]
    pub provider: Option<String>,
    /// The model that answered.
    #[schema(max_length = 256, example = "gpt-4o-mini")]
    pub model: Option<String>,
    /// Tokens that the models read.
    #[schema(minimum = 0, example = 812)]
    pub input_tokens: u32,
    /// Tokens that the models wrote.
    #[schema(minimum = 0, example = 54)]
    pub output_tokens: u32,
    /// What the models cost, in US dollars.
    #[schema(minimum = 0, example = 0.0021)]
    pub cost_usd: f64,
    /// How long the turn took, in milliseconds.
    #[schema(minimum = 0, example = 1840)]
    pub duration_ms: i64,
    /// The turn's trace.
    #[schema(value_type = String, example = "trc_06a1b2c3d4e5q")]
    pub trace_id: TraceId,
}

impl EventData for AgentCompletedData {
    const NAME: &'static str = "agent.completed";
    const DESCRIPTION: &'static str = "An agent has completed a turn.";
    const EMITTED: &'static str = "When a turn ends with an answer, with the answer's commit: the turn and its messages can be fetched then. Only while the workspace has readers of events of turns.";

    fn resource_id(&self) -> String {
        self.turn_id.to_string()
    }

    fn agent_id(&self) -> Option<&str> {
        Some(&self.agent_id)
    }
}
