//! `agent.updated`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;

/// An agent that has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentUpdatedData {
    /// The agent.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// The number of its version, or of its last one.
    #[schema(minimum = 1, example = 3)]
    pub version: u32,
    /// What became of it.
    pub change: AgentUpdateKind,
}

/// What became of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentUpdateKind {
    /// It is new.
    Created,
    /// It has a new version.
    Updated,
    /// It is gone.
    Deleted,
}

impl EventData for AgentUpdatedData {
    const NAME: &'static str = "agent.updated";
    const DESCRIPTION: &'static str = "An agent was created, has a new version, or was deleted.";
    const EMITTED: &'static str = "With each version of an agent, whether a caller, a definition file or the configuration makes it, and when an agent is deleted. A label is no version.";

    fn resource_id(&self) -> String {
        self.agent_id.clone()
    }

    fn agent_id(&self) -> Option<&str> {
        Some(&self.agent_id)
    }
}
