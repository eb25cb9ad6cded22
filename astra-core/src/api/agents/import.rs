//! `agents.import`: an agent from a file.

use axum::extract::State;
use axum::response::Response;

use super::lookup::{check_id, checked, refused};
use super::model::{Agent, AgentExport};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, created, tagged};
use crate::store::AgentChange;

/// Import an agent
///
/// Reads a file of `agents.export`. The agent starts with version 1. Its providers must be configured on this gateway.
#[utoipa::path(post, path = "/agents/import", operation_id = "agents.import", params(IdempotencyHeader),
    request_body(content = AgentExport, description = "The file.",
        example = json!({"format": "astra.agent.v1", "id": "support", "definition": {"system_prompt": "You are brief."}})),
    responses(
        (status = 201, description = "The agent.", body = Agent, headers(
            ("ETag" = String, description = "The agent's state, for `If-Match`."),
            ("Location" = String, description = "Where the agent is."))),
        (status = 409, description = "An agent with this id exists: change the id in the file.", body = Problem,
            content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(file): Json<AgentExport>,
) -> Result<Response> {
    check_id(&file.id)?;
    let definition = checked(&file.definition, &caller, &app).map_err(within_the_file)?;
    let change = AgentChange { agent_id: file.id, definition, author: caller.subject.clone(), now_ms: app.now_ms() };
    let agent =
        caller.rows(&app).agents().create(change, once).await.map_err(|fault| within_the_file(refused(fault)))?;
    let (location, revision) = (format!("/agents/{}", agent.id), agent.revision());
    Ok(tagged(revision, created(&location, Agent::read(agent)?)))
}

/// Faults of a definition are found under `/definition` of the body.
fn within_the_file(mut error: Error) -> Error {
    for field in &mut error.fields {
        field.pointer.insert_str(0, "/definition");
    }
    error
}
