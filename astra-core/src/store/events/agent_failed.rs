//! `agent.failed`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;
use crate::ids::{SessionId, TraceId, TurnId};

/// A turn that has ended without an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentFailedData {
    /// The turn.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The session that the turn belongs to.
    #[schema(value_type = String, example = "ses_06a1b2c3d4e5q")]
    pub session_id: SessionId,
    /// The agent.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// The version of the agent.
    #[schema(minimum = 1, example = 3)]
    pub agent_version: u32,
    /// Who asked.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub user_id: String,
    /// How the turn ended: `failed`, `cancelled` or `interrupted`.
    #[schema(max_length = 32, example = "failed")]
    pub status: String,
    /// The code of the problem, such as `provider_unavailable`.
    #[schema(max_length = 64, example = "provider_unavailable")]
    pub error_code: Option<String>,
    /// What was wrong.
    #[schema(max_length = 4096, example = "The provider did not answer in time.")]
    pub error_message: Option<String>,
    /// How long the turn took, in milliseconds.
    #[schema(minimum = 0, example = 30_004)]
    pub duration_ms: i64,
    /// The turn's trace.
    #[schema(value_type = String, example = "trc_06a1b2c3d4e5q")]
    pub trace_id: TraceId,
}

impl EventData for AgentFailedData {
    const NAME: &'static str = "agent.failed";
    const DESCRIPTION: &'static str = "A turn of an agent has ended without an answer.";
    const EMITTED: &'static str = "When a turn fails, is cancelled, or is interrupted because its gateway has ended. Only while the workspace has readers of events of turns.";

    fn resource_id(&self) -> String {
        self.turn_id.to_string()
    }

    fn agent_id(&self) -> Option<&str> {
        Some(&self.agent_id)
    }
}
