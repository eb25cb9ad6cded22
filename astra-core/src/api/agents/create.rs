//! `agents.create`: make an agent.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{check_id, checked, refused};
use super::model::Agent;
use crate::app::App;
use crate::engine::agent::AgentDefinition;
use crate::error::Result;
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, created, tagged};
use crate::store::AgentChange;

/// A new agent. A field that is left out gets a working default.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateAgent {
    /// The agent's id. It cannot be changed later.
    #[schema(format = "slug", example = "support")]
    id: String,
    /// What it is.
    #[serde(flatten)]
    definition: AgentDefinition,
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
    let change = AgentChange {
        agent_id: new.id,
        definition: checked(&new.definition, &caller, &app)?,
        author: caller.subject.clone(),
        now_ms: app.now_ms(),
    };
    let agent = caller.rows(&app).agents().create(change, once).await.map_err(refused)?;
    let (location, revision) = (format!("/agents/{}", agent.id), agent.revision());
    Ok(tagged(revision, created(&location, Agent::read(agent)?)))
}
