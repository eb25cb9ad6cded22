//! `agents.clone`: make a second agent like one that is there.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{check_id, checked, read, refused, version_of};
use super::model::{Agent, AgentPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Path, Problem, created, tagged};
use crate::store::AgentChange;

/// The new agent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CloneAgent {
    /// The new agent's id.
    #[schema(format = "slug", example = "support-beta")]
    id: String,
    /// The new agent's name; by default the name of the original.
    #[schema(min_length = 1, max_length = 128, example = "Support (beta)")]
    display_name: Option<String>,
    /// The version to copy; by default the present one.
    #[schema(minimum = 1, example = 2)]
    version: Option<u32>,
}

/// Clone an agent
///
/// The new agent has the same definition and starts with version 1. Sessions and labels are not copied.
#[utoipa::path(post, path = "/agents/{agent_id}/clone", operation_id = "agents.clone",
    params(AgentPath, IdempotencyHeader),
    request_body(content = CloneAgent, description = "The new agent.", example = json!({"id": "support-beta"})),
    responses(
        (status = 201, description = "The new agent.", body = Agent, headers(
            ("ETag" = String, description = "The agent's state, for `If-Match`."),
            ("Location" = String, description = "Where the agent is."))),
        (status = 409, description = "An agent with this id exists.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(AgentPath { agent_id }): Path<AgentPath>,
    Idempotency(once): Idempotency,
    Json(new): Json<CloneAgent>,
) -> Result<Response> {
    check_id(&new.id)?;
    let rows = caller.rows(&app);
    let definition = match new.version {
        Some(version) => version_of(&app, &caller, &agent_id, version).await?.definition,
        None => {
            rows.agents()
                .find(&agent_id)
                .await
                .map_err(Error::store)?
                .ok_or_else(|| Error::not_found("agent"))?
                .definition
        }
    };
    let mut settings = read(&definition)?;
    settings.display_name = new.display_name.or(settings.display_name);
    let change = AgentChange {
        agent_id: new.id,
        definition: checked(&settings, &caller, &app)?,
        author: caller.subject.clone(),
        now_ms: app.now_ms(),
    };
    let agent = rows.agents().create(change, once).await.map_err(refused)?;
    let (location, revision) = (format!("/agents/{}", agent.id), agent.revision());
    Ok(tagged(revision, created(&location, Agent::read(agent)?)))
}
