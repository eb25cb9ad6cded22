//! An agent's definition: what its versions keep, what its file says, what a turn obeys.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What defines an agent. Absent fields have working defaults: `{}` is an agent that echoes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Definition {
    /// Name shown to people; the agent's id when absent.
    pub display_name: Option<String>,
    /// The model that answers.
    pub model: Model,
    /// The instructions, in which the names of [`super::prompt`] are replaced.
    pub system_prompt: String,
    /// The tools that the model may call.
    pub tools: ToolPolicy,
    /// When sessions end automatically.
    pub session: SessionPolicy,
    /// Limits of tokens and cost.
    pub budget: Budget,
    /// What happens to a message that arrives while a turn of its session is running.
    pub on_busy: OnBusy,
    /// Data of the caller's own; the gateway does not interpret it.
    pub metadata: Map<String, Value>,
}

/// The model that answers, and its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Model {
    /// The provider's name in the configuration.
    pub provider: String,
    /// The provider's name of the model; by default the provider's default model.
    pub model: Option<String>,
    /// Sampling temperature, 0 to 2; the provider's default when absent.
    pub temperature: Option<f64>,
    /// Maximum number of tokens of one answer; by default the provider's.
    pub max_output_tokens: Option<u32>,
    /// Maximum number of tokens that the model reads; by default what the gateway knows of the model.
    pub max_context_tokens: Option<u32>,
    /// The models that are asked, in order, when the provider fails.
    pub fallbacks: Vec<Fallback>,
}

/// A fallback model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fallback {
    /// The provider's name in the configuration.
    pub provider: String,
    /// The provider's name of the model; by default the provider's default model.
    #[serde(default)]
    pub model: Option<String>,
}

/// The tools that an agent's model may call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToolPolicy {
    /// Their names; none by default.
    pub allow: Vec<String>,
}

/// When a session ends automatically; the next message opens its successor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionPolicy {
    /// Minutes without a message after which the session ends.
    pub idle_timeout_min: Option<u32>,
    /// At this hour of the day in UTC, 0 to 23.
    pub daily_reset_hour: Option<u32>,
}

/// Limits of tokens and cost. A limit that is left out does not apply.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// Input and output tokens of one turn.
    pub max_tokens_per_turn: Option<u32>,
    /// Cost of one turn in US dollars.
    pub max_cost_usd_per_turn: Option<f64>,
    /// Tokens of all turns within the hour.
    pub tokens_per_hour: Option<u64>,
    /// Input and output tokens of all turns in 24 hours.
    pub tokens_per_day: Option<u64>,
    /// Cost of all turns in 24 hours, in US dollars.
    pub cost_usd_per_day: Option<f64>,
}

impl Budget {
    /// Whether the sums of an hour or a day are limited.
    #[must_use]
    pub const fn has_quotas(&self) -> bool {
        self.tokens_per_hour.is_some() || self.tokens_per_day.is_some() || self.cost_usd_per_day.is_some()
    }
}

/// What happens to a message that arrives while a turn of its session is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBusy {
    /// It waits for its turn.
    #[default]
    Queue,
    /// It is refused.
    Reject,
    /// It ends the running turn.
    Interrupt,
}

impl Default for Definition {
    fn default() -> Self {
        Self {
            display_name: None,
            model: Model::default(),
            system_prompt: String::new(),
            tools: ToolPolicy::default(),
            session: SessionPolicy::default(),
            budget: Budget::default(),
            on_busy: OnBusy::Queue,
            metadata: Map::new(),
        }
    }
}

impl Default for Model {
    fn default() -> Self {
        Self {
            provider: "echo".into(),
            model: None,
            temperature: None,
            max_output_tokens: None,
            max_context_tokens: None,
            fallbacks: Vec::new(),
        }
    }
}

/// A definition as one of its agent's versions.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentVersion {
    /// The agent's id, a slug.
    pub agent_id: String,
    /// 1, 2, 3, ...
    pub version: u32,
    /// The digest of what it says: an agent that was deleted and made anew has the same numbers again.
    pub digest: String,
    /// What it says.
    pub definition: Definition,
    /// How long that is as it is stored: about what it takes in memory.
    pub stored_bytes: usize,
}
