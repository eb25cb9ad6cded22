//! What callers say of a webhook: where events are sent, which of them, and how much of each.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::events::{AgentCompletedData, AgentFailedData, EventData as _, SessionCreatedData};

/// Where events are sent, and which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookSettings {
    /// Where events are sent, by POST. It leads to a public address, or to where `outbound` of the gateway's configuration
    /// allows. Admins see it as it is: a secret belongs into a header.
    #[schema(min_length = 1, max_length = 8192, example = "https://hooks.example/astra")]
    pub url: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 1024, default = "", example = "Tells the help desk of answers.")]
    pub description: String,
    /// The types of events that are sent; without any, all of them.
    #[serde(default)]
    #[schema(max_items = 64, default = json!([]), example = json!(["agent.updated"]))]
    pub events: Vec<EventName>,
    /// The agents whose events are sent; without any, events of all agents and those that are about no agent.
    #[serde(default)]
    #[schema(max_items = 100, default = json!([]), example = json!(["support"]))]
    pub agent_ids: Vec<AgentSlug>,
    /// How much of an event is sent.
    #[serde(default)]
    #[schema(default = "full")]
    pub payload: WebhookPayload,
    /// Whether events are sent. The gateway sets it to false when the endpoint answers 410, or fails for five days.
    #[serde(default = "enabled")]
    #[schema(default = true, example = true)]
    pub is_enabled: bool,
}

const fn enabled() -> bool {
    true
}

/// The type of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 64, pattern = "^[a-z_]+\\.[a-z_]+$", example = "agent.updated")]
pub struct EventName(pub String);

/// An agent's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = "slug", example = "support")]
pub struct AgentSlug(pub String);

/// How much of an event is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookPayload {
    /// Its type, its time and the id of what it is about.
    Thin,
    /// Its data too.
    #[default]
    Full,
}

impl WebhookSettings {
    /// Whether events of turns are asked for: they are written for those who ask alone.
    pub(super) fn wants_turns(&self) -> bool {
        let of_turns = [AgentCompletedData::NAME, AgentFailedData::NAME, SessionCreatedData::NAME];
        self.is_enabled
            && (self.events.is_empty() || self.events.iter().any(|name| of_turns.contains(&name.0.as_str())))
    }
}
