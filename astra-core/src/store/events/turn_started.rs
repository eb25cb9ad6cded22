//! `turn.started`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::{EventAudience, EventData};
use crate::ids::{SessionId, TurnId};

/// A turn that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TurnStartedData {
    /// The turn.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The session that the turn belongs to.
    #[schema(value_type = String, example = "ses_06a1b2c3d4e5q")]
    pub session_id: SessionId,
    /// The agent.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// The version of the agent that answers.
    #[schema(minimum = 1, example = 3)]
    pub agent_version: u32,
    /// Who asks.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub user_id: String,
}

impl EventData for TurnStartedData {
    const NAME: &'static str = "turn.started";
    const DESCRIPTION: &'static str = "A question is on disk and is going to be answered.";
    const EMITTED: &'static str = "When a turn is begun, whether it runs or waits for others of its session. Only while the workspace has readers of events of turns, and in streams alone.";
    const AUDIENCE: EventAudience = EventAudience::Streams;

    fn resource_id(&self) -> String {
        self.turn_id.to_string()
    }

    fn agent_id(&self) -> Option<&str> {
        Some(&self.agent_id)
    }
}
