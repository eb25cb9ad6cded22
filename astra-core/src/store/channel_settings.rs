//! What callers say of a channel, whatever its platform is: which agents answer whom.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::webhook_settings::AgentSlug;

/// Which agents answer whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelSettings {
    /// What people know it as.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00]*[^\s\x00][^\x00]*$", example = "Support")]
    pub name: String,
    /// The agent that answers.
    #[schema(value_type = String, format = "slug", example = "support")]
    pub agent_id: String,
    /// Other agents that people may choose instead, by `/agents`.
    #[serde(default)]
    #[schema(max_items = 20, default = json!([]), example = json!(["sales"]))]
    pub agent_ids: Vec<AgentSlug>,
    /// Whether messages are answered. What comes while it is off is kept as ignored, and not answered later.
    #[serde(default = "enabled")]
    #[schema(default = true, example = true)]
    pub is_enabled: bool,
    /// Which messages of conversations with several people are answered.
    #[serde(default)]
    #[schema(default = "mentions")]
    pub groups: ChannelGroups,
    /// The people who are answered, by the platform's ids; without any, everyone.
    #[serde(default)]
    #[schema(max_items = 1000, default = json!([]), example = json!(["U061F7AUR"]))]
    pub user_ids: Vec<PlatformId>,
    /// The conversations in which messages are answered, by the platform's ids; without any, all.
    #[serde(default)]
    #[schema(max_items = 1000, default = json!([]), example = json!(["C024BE91L"]))]
    pub conversation_ids: Vec<PlatformId>,
    /// Whether an answer is shown while it is written, where the platform lets messages be edited.
    #[serde(default = "enabled")]
    #[schema(default = true, example = true)]
    pub streams: bool,
}

const fn enabled() -> bool {
    true
}

/// Which messages of conversations with several people are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelGroups {
    /// Those that mention the bot, or answer a message of its own.
    #[default]
    Mentions,
    /// All.
    All,
    /// None: only direct messages are answered.
    None,
}

/// An id that a platform gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 255, pattern = r"^[^\x00]*$", example = "U061F7AUR")]
pub struct PlatformId(pub String);

impl ChannelSettings {
    /// The agents that answer, the usual one first.
    pub fn agents(&self) -> impl Iterator<Item = &str> {
        let others = self.agent_ids.iter().map(|slug| slug.0.as_str()).filter(|id| *id != self.agent_id);
        std::iter::once(self.agent_id.as_str()).chain(others)
    }
}
