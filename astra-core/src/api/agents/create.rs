//! `agents.create`: make an agent.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::model::{
    Agent, AgentBudget, AgentModel, AgentOnBusy, AgentSessionPolicy, AgentSettings, AgentTools, check_id, refused,
};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, created, tagged};
use crate::store::AgentChange;

/// A new agent. A field that is left out gets a working default.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateAgent {
    /// The agent's id. It cannot be changed later.
    #[schema(format = "slug", example = "support")]
    id: String,
    /// The name that people see; by default the id.
    #[schema(min_length = 1, max_length = 128, example = "Support")]
    display_name: Option<String>,
    /// The model that answers; by default the built-in echo.
    #[serde(default)]
    model: AgentModel,
    /// The instructions. `{{ date }}`, `{{ time }}`, `{{ user.id }}`, `{{ user.name }}`, `{{ workspace.id }}`,
    /// `{{ workspace.name }}` and `{{ agent.name }}` are replaced at each turn; `{{ "{{" }}` stands for two braces. 64 KiB
    /// in UTF-8 at the most.
    #[serde(default)]
    #[schema(max_length = 65_536, example = "You help {{ user.name }}. Today is {{ date }}.")]
    system_prompt: String,
    /// The tools that the model may call.
    #[serde(default)]
    tools: AgentTools,
    /// When sessions end automatically.
    #[serde(default)]
    session: AgentSessionPolicy,
    /// Limits of tokens and cost.
    #[serde(default)]
    budget: AgentBudget,
    /// What happens to a message that arrives while a turn of its session is running.
    #[serde(default)]
    on_busy: AgentOnBusy,
    /// The caller's own data, at most 16 KiB as JSON.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"team": "support"}))]
    metadata: Map<String, Value>,
}

/// Create an agent
///
/// The agent can be used from the next message on. This is its version 1.
#[utoipa::path(post, path = "/agents", operation_id = "agents.create", params(IdempotencyHeader),
    request_body(content = CreateAgent, description = "The agent.",
        example = json!({"id": "support", "model": {"provider": "echo"}, "system_prompt": "You help {{ user.name }}."})),
    responses(
        (status = 201, description = "The agent.", body = Agent, headers(
            ("ETag" = String, description = "The agent's state, for `If-Match`."),
            ("Location" = String, description = "Where the agent is."))),
        (status = 409, description = "An agent with this id exists.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(new): Json<CreateAgent>,
) -> Result<Response> {
    check_id(&new.id)?;
    let settings = AgentSettings {
        display_name: new.display_name,
        model: new.model,
        system_prompt: new.system_prompt,
        tools: new.tools,
        session: new.session,
        budget: new.budget,
        on_busy: new.on_busy,
        metadata: new.metadata,
    };
    let change = AgentChange {
        agent_id: new.id,
        definition: settings.checked(&app)?,
        author: caller.subject.clone(),
        now_ms: app.now_ms(),
    };
    let agent = caller.rows(&app).agents().create(change, once).await.map_err(refused)?;
    let (location, revision) = (format!("/agents/{}", agent.id), agent.revision());
    Ok(tagged(revision, created(&location, Agent::read(agent)?)))
}
