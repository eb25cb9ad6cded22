//! What the operations of the agents group share.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::clock::rfc3339;
use crate::engine::agent::{Definition, Model};
use crate::engine::catalogue;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Caller;
use crate::http::turn::ToolName;
use crate::store::{self, AgentRefusal, Refusal, StoredAgent, StoredVersion};

/// An agent: its present version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// The agent's id, chosen when it was created.
    #[schema(format = "slug", example = "support")]
    pub id: String,
    /// The name that people see; null means the id is shown.
    #[schema(min_length = 1, max_length = 128, example = "Support")]
    pub display_name: Option<String>,
    /// The model that answers.
    pub model: AgentModel,
    /// The instructions, as a template with names.
    #[schema(max_length = 65_536, example = "You help {{ user.name }}. Today is {{ date }}.")]
    pub system_prompt: String,
    /// The tools that the model may call.
    pub tools: AgentTools,
    /// When sessions end automatically.
    pub session: AgentSessionPolicy,
    /// Limits of tokens and cost.
    pub budget: AgentBudget,
    /// What happens to a message that arrives while a turn of its session is running.
    pub on_busy: AgentOnBusy,
    /// Data of the caller's own; the gateway does not interpret it.
    #[schema(value_type = Object, example = json!({"team": "support"}))]
    pub metadata: Map<String, Value>,
    /// The number of the present version.
    #[schema(minimum = 1, example = 3)]
    pub version: u32,
    /// When the agent was created.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// When the present version was created.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub updated_at: String,
    /// The creator of the agent: a user, a service account, `file:<name>`, `configuration` or `gateway`.
    #[schema(max_length = 320, example = "usr_06a1b2c3d4e5q")]
    pub created_by: String,
}

/// The definition of an agent. A field that is left out gets a working default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentSettings {
    /// The name that people see; by default the id.
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
    /// When sessions end automatically.
    #[serde(default)]
    pub session: AgentSessionPolicy,
    /// Limits of tokens and cost.
    #[serde(default)]
    pub budget: AgentBudget,
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
#[serde(default)]
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
pub struct AgentFallback {
    /// The provider's name in the gateway's configuration.
    #[schema(min_length = 1, max_length = 64, example = "anthropic")]
    pub provider: String,
    /// The provider's name of the model; by default the provider's default model.
    #[schema(min_length = 1, max_length = 256, example = "claude-haiku-4-5")]
    pub model: Option<String>,
}

/// The tools that an agent's model may call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AgentTools {
    /// The names of the tools; none by default. `current_time` is built in.
    #[schema(max_items = 128, example = json!(["current_time"]))]
    pub allow: Vec<ToolName>,
}

/// When a session ends automatically; the next message opens its successor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
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
#[serde(default)]
pub struct AgentBudget {
    /// Input and output tokens of one turn.
    #[schema(minimum = 1, maximum = 4_294_967_295_i64, example = 16_000)]
    pub max_tokens_per_turn: Option<u32>,
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

/// A version of an agent, without its definition.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AgentVersionInfo {
    /// The version's number.
    #[schema(minimum = 1, example = 2)]
    pub version: u32,
    /// The version's label, unique in the agent.
    #[schema(max_length = 64, example = "live")]
    pub label: Option<String>,
    /// When it was created.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub created_at: String,
    /// The creator: a user, a service account, `file:<name>`, `configuration` or `gateway`.
    #[schema(max_length = 320, example = "usr_06a1b2c3d4e5q")]
    pub created_by: String,
}

/// An agent as a file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AgentExport {
    /// The format of the file.
    pub format: AgentExportFormat,
    /// The agent's id.
    #[schema(format = "slug", example = "support")]
    pub id: String,
    /// The version that was exported.
    #[schema(minimum = 1, example = 2)]
    pub version: Option<u32>,
    /// The time of the export.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub exported_at: Option<String>,
    /// The agent's definition.
    pub definition: AgentSettings,
}

/// The format of an exported agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum AgentExportFormat {
    /// As `AgentExport` says.
    #[serde(rename = "astra.agent.v1")]
    V1,
}

/// The agent of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AgentPath {
    /// The agent's id.
    #[param(format = "slug", example = "support")]
    pub agent_id: String,
}

/// The version of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct VersionPath {
    /// The agent's id.
    #[param(format = "slug", example = "support")]
    pub agent_id: String,
    /// The version's number.
    #[param(minimum = 1, maximum = 2_147_483_647, example = 1)]
    pub version: u32,
}

impl Agent {
    /// The agent of a stored row.
    ///
    /// # Errors
    /// If another version of the gateway wrote what this one cannot read.
    pub fn read(stored: StoredAgent) -> Result<Self> {
        let settings = AgentSettings::read(&stored.definition)?;
        Ok(Self {
            id: stored.id,
            display_name: settings.display_name,
            model: settings.model,
            system_prompt: settings.system_prompt,
            tools: settings.tools,
            session: settings.session,
            budget: settings.budget,
            on_busy: settings.on_busy,
            metadata: settings.metadata,
            version: stored.version,
            created_at: rfc3339(stored.created_at_ms),
            updated_at: rfc3339(stored.updated_at_ms),
            created_by: stored.created_by,
        })
    }
}

impl AgentSettings {
    /// The settings of a stored definition, whose JSON they share.
    ///
    /// # Errors
    /// If another version of the gateway wrote what this one cannot read.
    pub fn read(definition: &str) -> Result<Self> {
        serde_json::from_str(definition).map_err(Error::internal)
    }

    /// The settings as they are stored, if the gateway can act on them.
    ///
    /// # Errors
    /// 422 with a pointer for each fault.
    pub fn checked(&self, app: &App) -> Result<String> {
        let definition: Definition =
            serde_json::to_value(self).and_then(serde_json::from_value).map_err(Error::internal)?;
        let faults = catalogue::check(&definition, &app.providers);
        if faults.is_empty() {
            return catalogue::write(&definition).map_err(Error::store);
        }
        let mut error = Error::new(Code::InvalidRequest, "The agent's definition is not valid.");
        error.fields = faults.into_iter().map(|(pointer, detail)| FieldError { pointer, detail }).collect();
        Err(error)
    }
}

impl From<StoredVersion> for AgentVersionInfo {
    fn from(stored: StoredVersion) -> Self {
        Self {
            version: stored.version,
            label: stored.label,
            created_at: rfc3339(stored.created_at_ms),
            created_by: stored.created_by,
        }
    }
}

impl Default for AgentModel {
    fn default() -> Self {
        Self {
            provider: Model::default().provider,
            model: None,
            temperature: None,
            max_output_tokens: None,
            max_context_tokens: None,
            fallbacks: Vec::new(),
        }
    }
}

/// 422 unless `id` can be an agent's.
///
/// # Errors
/// For ids that are reserved.
pub fn check_id(id: &str) -> Result<()> {
    catalogue::id_fault(id).map_or(Ok(()), |fault| Err(Error::field("/id", fault)))
}

/// What the store refuses to do with an agent.
pub fn refused(fault: store::Error) -> Error {
    match fault {
        store::Error::Unique(_) => Error::conflict("An agent with this id exists: choose another id."),
        store::Error::Refused(Refusal::Agent(AgentRefusal::NoSuchVersion)) => Error::not_found("version"),
        fault => Error::store(fault),
    }
}

/// A version of an agent of the caller's workspace.
///
/// # Errors
/// 404 if there is no such thing.
pub async fn version_of(app: &App, caller: &Caller, agent_id: &str, version: u32) -> Result<StoredVersion> {
    let found =
        app.store.rows(&caller.workspace).agent_versions().find(agent_id, version).await.map_err(Error::store)?;
    found.ok_or_else(|| Error::not_found("version"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_and_definitions_are_the_same_json() {
        let all = json!({
            "display_name": "Support",
            "model": {"provider": "openai", "model": "gpt", "temperature": 0.5, "max_output_tokens": 1,
                "max_context_tokens": 2, "fallbacks": [{"provider": "echo", "model": null}]},
            "system_prompt": "Hello.",
            "tools": {"allow": ["current_time"]},
            "session": {"idle_timeout_min": 1, "daily_reset_hour": 2},
            "budget": {"max_tokens_per_turn": 1, "max_cost_usd_per_turn": 0.5, "tokens_per_hour": 2, "tokens_per_day": 3,
                "cost_usd_per_day": 1.5},
            "on_busy": "interrupt",
            "metadata": {"team": "support"},
        });
        for json in [all, serde_json::to_value(Definition::default()).unwrap()] {
            let settings: AgentSettings = serde_json::from_value(json.clone()).unwrap();
            let definition: Definition = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(settings).unwrap(), json);
            assert_eq!(serde_json::to_value(definition).unwrap(), json);
        }
    }
}
