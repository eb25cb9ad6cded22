//! `agents.create`: make an agent.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::model::{Agent, AgentBudget, AgentModel, AgentOnBusy, AgentSessionPolicy, AgentSettings, check_id, refused};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, created, tagged};
use crate::store::AgentChange;

/// An agent to make. What is absent has a working default.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateAgent {
    /// The agent's id, for good.
    #[schema(min_length = 1, pattern = "^[a-z0-9][a-z0-9_-]{0,63}$", max_length = 64, example = "support")]
    id: String,
    /// Name shown to people; the id when absent.
    #[schema(min_length = 1, max_length = 128, example = "Support")]
    display_name: Option<String>,
    /// Which model answers; an echo when absent.
    #[serde(default)]
    model: AgentModel,
    /// The instructions. `{{ date }}`, `{{ time }}`, `{{ user.id }}`, `{{ user.name }}`, `{{ workspace.id }}`,
    /// `{{ workspace.name }}` and `{{ agent.name }}` are replaced at each turn; `{{ "{{" }}` stands for two braces. 64 KiB
    /// in UTF-8 at the most.
    #[serde(default)]
    #[schema(max_length = 65_536, example = "You help {{ user.name }}. Today is {{ date }}.")]
    system_prompt: String,
    /// When sessions end by themselves.
    #[serde(default)]
    session: AgentSessionPolicy,
    /// What turns may cost.
    #[serde(default)]
    budget: AgentBudget,
    /// What happens to a message that comes while a turn is running in its session.
    #[serde(default)]
    on_busy: AgentOnBusy,
    /// The caller's own data, at most 16 KiB as JSON.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"team": "support"}))]
    metadata: Map<String, Value>,
}

/// Make an agent
///
/// It answers from the next message on. Its first version is kept with it.
#[utoipa::path(post, path = "/agents", operation_id = "agents.create", params(IdempotencyHeader),
    request_body(content = CreateAgent, description = "The agent.",
        example = json!({"id": "support", "model": {"provider": "echo"}, "system_prompt": "You help {{ user.name }}."})),
    responses(
        (status = 201, description = "The agent.", body = Agent, headers(
            ("ETag" = String, description = "The agent's state, for `If-Match`."),
            ("Location" = String, description = "Where the agent is."))),
        (status = 409, description = "There is an agent of this id.", body = Problem, content_type = "application/problem+json")))]
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
    let agent = app.store.scoped(&caller.workspace).create_agent(change, once).await.map_err(refused)?;
    let (location, revision) = (format!("/agents/{}", agent.id), agent.revision());
    Ok(tagged(revision, created(&location, Agent::read(agent)?)))
}
