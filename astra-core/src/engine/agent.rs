//! An agent's definition: what its versions keep, what callers and files say, what a turn obeys.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::ids::MemoryProfileId;
use crate::skills::AgentSkill;
use crate::tools::{Policy, PolicyAbove, ToolPattern};

/// The definition of an agent. A field that is left out gets a working default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentDefinition {
    /// The name that people see; null means that the id is shown.
    #[schema(min_length = 1, max_length = 128, example = "Support")]
    pub display_name: Option<String>,
    /// The model that answers; by default the built-in echo.
    #[serde(default)]
    pub model: AgentModel,
    /// The instructions. `{{ date }}`, `{{ time }}`, `{{ user.id }}`, `{{ user.name }}`, `{{ workspace.id }}`,
    /// `{{ workspace.name }}` and `{{ agent.name }}` are replaced at each turn; `{{ "{{" }}` stands for two braces. 64 KiB
    /// in UTF-8 at the most.
    #[serde(default)]
    #[schema(max_length = 65_536, example = "You help {{ user.name }}. Today is {{ date }}.")]
    pub system_prompt: String,
    /// The tools that the model may call.
    #[serde(default)]
    pub tools: AgentTools,
    /// The ids of its skills. The model is told their names and descriptions, and reads them by the tool `read_skill`.
    #[serde(default)]
    #[schema(value_type = Vec<AgentSkill>, max_items = 64, example = json!(["release-notes"]))]
    pub skills: Vec<String>,
    /// The agents that it may ask.
    #[serde(default)]
    pub spawn: AgentSpawn,
    /// When sessions end automatically.
    #[serde(default)]
    pub session: AgentSessionPolicy,
    /// Limits of tokens and cost.
    #[serde(default)]
    pub budget: AgentBudget,
    /// The memory profile: what it remembers and recalls. Null means the built-in default: all tiers, 20 memories at the most.
    #[schema(value_type = Option<String>, example = "mpr_06a1b2c3d4e5q")]
    pub memory_profile_id: Option<MemoryProfileId>,
    /// What happens to a message that arrives while a turn of its session is running.
    #[serde(default)]
    pub on_busy: AgentOnBusy,
    /// The caller's own data, at most 16 KiB as JSON.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"team": "support"}))]
    pub metadata: Map<String, Value>,
}

/// The model that answers, and its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AgentModel {
    /// The provider's name in the gateway's configuration.
    #[schema(min_length = 1, max_length = 64, example = "openai")]
    pub provider: String,
    /// The provider's name of the model; by default the provider's default model.
    #[schema(min_length = 1, max_length = 256, example = "gpt-4o-mini")]
    pub model: Option<String>,
    /// Sampling temperature; by default the provider's.
    #[schema(minimum = 0, maximum = 2, example = 0.7)]
    pub temperature: Option<f64>,
    /// Maximum number of tokens of one answer; by default the provider's.
    #[schema(minimum = 1, maximum = 4_294_967_295_i64, example = 1024)]
    pub max_output_tokens: Option<u32>,
    /// Most tokens that the model reads; what is known of the model when absent. Of a model of which nothing is known,
    /// `chat.unknown_context_tokens` of the configuration bounds what is sent of the session's history.
    #[schema(minimum = 1, maximum = 4_294_967_295_i64, example = 8192)]
    pub max_context_tokens: Option<u32>,
    /// The models that are asked, in order, when the provider fails.
    #[schema(max_items = 8)]
    pub fallbacks: Vec<AgentFallback>,
}

/// A fallback model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentFallback {
    /// The provider's name in the gateway's configuration.
    #[schema(min_length = 1, max_length = 64, example = "anthropic")]
    pub provider: String,
    /// The provider's name of the model; by default the provider's default model.
    #[schema(min_length = 1, max_length = 256, example = "claude-haiku-4-5")]
    pub model: Option<String>,
}

/// The tools that an agent's model may call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AgentTools {
    /// The names of the tools; none by default. In a name `*` stands for any text, so that `*` is every tool. `current_time` is
    /// built in.
    #[schema(value_type = Vec<ToolPattern>, max_items = 128, example = json!(["current_time", "crm_*"]))]
    pub allow: Vec<String>,
    /// The tools among them that the model may not call all the same, in the same way.
    #[schema(value_type = Vec<ToolPattern>, max_items = 128, example = json!(["crm_delete_*"]))]
    pub deny: Vec<String>,
    /// The tools among them of whose calls a person decides: each waits for `tools.approve` or `tools.deny`.
    #[schema(value_type = Vec<ToolPattern>, max_items = 128, example = json!(["crm_update_*"]))]
    pub require_approval: Vec<String>,
    /// How many tools the model is sent. If it may call more, it gets the tool `search_tools` in the place of those that come
    /// last.
    #[schema(minimum = 1, maximum = 128, example = 64)]
    pub max_in_prompt: u32,
    /// How many rounds of tool calls a turn has at the most; then the model must answer.
    #[schema(minimum = 1, maximum = 20, example = 5)]
    pub max_rounds: u32,
}

/// The agents that an agent's model may ask, by the tool `spawn_agent`. Each is asked in a turn and a session of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AgentSpawn {
    /// The ids of the agents; none by default. In an id `*` stands for any text. An agent that another one has asked may ask
    /// those that both may.
    #[schema(value_type = Vec<AgentPattern>, max_items = 64, example = json!(["researcher", "crm-*"]))]
    pub allowed_agents: Vec<String>,
    /// How deep agents may ask agents, counted from the one that was asked by a caller: with 1 those that it asks may ask none.
    /// The smallest number among the agents above holds.
    #[schema(minimum = 1, maximum = 3, example = 1)]
    pub max_depth: u32,
}

/// The id of an agent, or a pattern of ids in which each `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_*-]{1,64}$", example = "crm-*")]
pub struct AgentPattern(pub String);

/// When a session ends automatically; the next message opens its successor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AgentSessionPolicy {
    /// Minutes without a message after which the session ends.
    #[schema(minimum = 1, maximum = 525_600, example = 60)]
    pub idle_timeout_min: Option<u32>,
    /// Hour of the day (UTC) at which the session ends.
    #[schema(minimum = 0, maximum = 23, example = 4)]
    pub daily_reset_hour: Option<u32>,
}

/// Limits of tokens and cost. A limit that is left out does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AgentBudget {
    /// Input and output tokens of one turn.
    #[schema(minimum = 1, maximum = 4_294_967_295_i64, example = 16_000)]
    pub max_tokens_per_turn: Option<u32>,
    /// Calls of tools in one turn, those of the caller's tools among them. The model reads that further calls are not made, and
    /// must answer.
    #[schema(minimum = 1, maximum = 4096, example = 20)]
    pub max_tool_calls_per_turn: Option<u32>,
    /// Cost of one turn in US dollars.
    #[schema(exclusive_minimum = 0, example = 0.05)]
    pub max_cost_usd_per_turn: Option<f64>,
    /// Input and output tokens of all turns in one clock hour.
    #[schema(minimum = 1, example = 200_000)]
    pub tokens_per_hour: Option<u64>,
    /// Input and output tokens of all turns in 24 hours.
    #[schema(minimum = 1, example = 2_000_000)]
    pub tokens_per_day: Option<u64>,
    /// Cost of all turns in 24 hours, in US dollars.
    #[schema(exclusive_minimum = 0, example = 5.0)]
    pub cost_usd_per_day: Option<f64>,
}

/// What happens to a message that arrives while a turn of its session is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentOnBusy {
    /// It waits for its turn.
    #[default]
    Queue,
    /// It is refused.
    Reject,
    /// It ends the running turn.
    Interrupt,
}

impl AgentBudget {
    /// The largest number of calls of tools that a turn may be limited to.
    pub(super) const TOOL_CALLS_MAX: u32 = 4096;

    /// Whether the sums of an hour or a day are limited.
    #[must_use]
    pub const fn has_quotas(&self) -> bool {
        self.tokens_per_hour.is_some() || self.tokens_per_day.is_some() || self.cost_usd_per_day.is_some()
    }
}

impl AgentDefinition {
    /// Which tools the model may call.
    #[must_use]
    pub fn policy(&self) -> Policy<'_> {
        Policy { reads_skills: !self.skills.is_empty(), spawns: &self.spawn.allowed_agents, ..self.tools.policy() }
    }
}

impl AgentTools {
    /// Which tools the model may call.
    #[must_use]
    pub fn policy(&self) -> Policy<'_> {
        Policy { allow: &self.allow, deny: &self.deny, require_approval: &self.require_approval, ..Policy::default() }
    }

    /// The same for the agents that it asks.
    #[must_use]
    pub fn policy_above(&self) -> PolicyAbove {
        let (allow, deny) = (self.allow.clone(), self.deny.clone());
        PolicyAbove { allow, deny, require_approval: self.require_approval.clone() }
    }

    /// How many of them it is sent.
    #[must_use]
    pub fn in_prompt(&self) -> usize {
        usize::try_from(self.max_in_prompt).unwrap_or(usize::MAX)
    }
}

impl Default for AgentTools {
    fn default() -> Self {
        Self { allow: Vec::new(), deny: Vec::new(), require_approval: Vec::new(), max_in_prompt: 64, max_rounds: 5 }
    }
}

impl Default for AgentSpawn {
    fn default() -> Self {
        Self { allowed_agents: Vec::new(), max_depth: 1 }
    }
}

impl Default for AgentDefinition {
    fn default() -> Self {
        Self {
            display_name: None,
            model: AgentModel::default(),
            system_prompt: String::new(),
            tools: AgentTools::default(),
            skills: Vec::new(),
            spawn: AgentSpawn::default(),
            session: AgentSessionPolicy::default(),
            budget: AgentBudget::default(),
            memory_profile_id: None,
            on_busy: AgentOnBusy::Queue,
            metadata: Map::new(),
        }
    }
}

impl Default for AgentModel {
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
    pub definition: AgentDefinition,
    /// How long that is as it is stored: about what it takes in memory.
    pub stored_bytes: usize,
}
