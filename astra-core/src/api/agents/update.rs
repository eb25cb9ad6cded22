//! `agents.update`: change parts of an agent.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::model::{
    Agent, AgentBudget, AgentFallback, AgentOnBusy, AgentPath, AgentSessionPolicy, AgentSettings, AgentTools, refused,
};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, Path, tagged};
use crate::store::{self, AgentChange, Precondition, Refusal};

/// How often a change is made anew that others got in the way of.
const ATTEMPTS: u32 = 8;

/// The changes: a field that is left out stays, and null sets its default. The same holds inside objects.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UpdateAgent {
    /// The name that people see; null means the id is shown.
    #[schema(min_length = 1, max_length = 128, example = "Support")]
    pub display_name: Option<String>,
    /// The model that answers.
    pub model: Option<UpdateAgentModel>,
    /// The instructions, in which names are replaced as in `agents.create`; null for none.
    #[schema(max_length = 65_536, example = "You are brief.")]
    pub system_prompt: Option<String>,
    /// The tools that the model may call; the list is replaced as a whole.
    pub tools: Option<AgentTools>,
    /// When sessions end automatically.
    pub session: Option<AgentSessionPolicy>,
    /// Limits of tokens and cost.
    pub budget: Option<AgentBudget>,
    /// What happens to a message that arrives while a turn of its session is running.
    pub on_busy: Option<AgentOnBusy>,
    /// Data of the caller's own; a null value removes the key.
    #[schema(value_type = Option<Object>, example = json!({"team": null}))]
    pub metadata: Option<Map<String, Value>>,
}

/// The changes of the model.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UpdateAgentModel {
    /// The provider's name in the gateway's configuration; null for the built-in echo.
    #[schema(min_length = 1, max_length = 64, example = "openai")]
    pub provider: Option<String>,
    /// The provider's name of the model; null for its default model.
    #[schema(min_length = 1, max_length = 256, example = "gpt-4o-mini")]
    pub model: Option<String>,
    /// Sampling temperature; null for the provider's default.
    #[schema(minimum = 0, maximum = 2, example = 0.2)]
    pub temperature: Option<f64>,
    /// Maximum number of tokens of one answer; null for the provider's default.
    #[schema(minimum = 1, maximum = 4_294_967_295_i64, example = 1024)]
    pub max_output_tokens: Option<u32>,
    /// Maximum number of tokens that the model reads; null for what the gateway knows of the model.
    #[schema(minimum = 1, maximum = 4_294_967_295_i64, example = 8192)]
    pub max_context_tokens: Option<u32>,
    /// The models that are asked, in order, when the provider fails. The list is replaced as a whole; null for none.
    #[schema(max_items = 8)]
    pub fallbacks: Option<Vec<AgentFallback>>,
}

/// Update an agent
///
/// JSON Merge Patch (RFC 7396). The change makes a new version; earlier versions stay. Running turns continue with the
/// version that they started with.
#[utoipa::path(patch, path = "/agents/{agent_id}", operation_id = "agents.update", params(AgentPath, IfMatchHeader),
    request_body(content = UpdateAgent, description = "What to change.", example = json!({"model": {"temperature": 0.2}})),
    responses(
        (status = 200, description = "The agent.", body = Agent, headers(
            ("ETag" = String, description = "The agent's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(AgentPath { agent_id }): Path<AgentPath>,
    IfMatch(precondition): IfMatch,
    Json(patch): Json<Value>,
) -> Result<Response> {
    let rows = caller.rows(&app);
    let mut attempts = 0..ATTEMPTS;
    loop {
        let present =
            rows.agents().find(&agent_id).await.map_err(Error::store)?.ok_or_else(|| Error::not_found("agent"))?;
        precondition.check(present.revision()).map_err(refused)?;
        let change = AgentChange {
            agent_id: agent_id.clone(),
            definition: patched(&present.definition, &patch)?.checked(&app)?,
            author: caller.subject.clone(),
            now_ms: app.now_ms(),
        };
        // The settings that were patched must still be the present ones.
        let unchanged = Precondition::OneOf(vec![present.revision()]);
        match rows.agents().update(change, unchanged).await {
            Ok(Some(agent)) => return Ok(tagged(agent.revision(), Json(Agent::read(agent)?))),
            Ok(None) => return Err(Error::not_found("agent")),
            Err(store::Error::Refused(Refusal::Stale)) if attempts.next().is_some() => {}
            Err(fault) => return Err(refused(fault)),
        }
    }
}

fn patched(definition: &str, patch: &Value) -> Result<AgentSettings> {
    let settings = AgentSettings::read(definition)?;
    let mut settings = serde_json::to_value(settings).map_err(Error::internal)?;
    store::merge_patch(&mut settings, patch);
    serde_json::from_value(settings).map_err(|fault| Error::field("", fault.to_string()))
}
