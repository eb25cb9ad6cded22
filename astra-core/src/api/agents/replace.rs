//! `agents.replace`: tell an agent anew what it is.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::lookup::{checked, refused};
use super::model::{Agent, AgentPath, BorrowedAgent};
use crate::app::App;
use crate::engine::agent::AgentDefinition;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, Path, tagged};
use crate::store::AgentChange;

/// The agent's definition. A field that is left out gets a working default. What `agents.get` answers can be sent as it is:
/// the fields that the gateway sets are ignored.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReplaceAgent {
    /// What it is.
    #[serde(flatten)]
    definition: AgentDefinition,
    /// The agent's id, which must be that of the path.
    #[schema(format = "slug", example = "support")]
    id: Option<String>,
    /// Ignored: the change makes the next version. `If-Match` refuses a change of another version than the expected one.
    #[serde(rename = "version")]
    #[schema(minimum = 1, example = 3)]
    _version: Option<u32>,
    /// Ignored.
    #[serde(rename = "created_at")]
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    _created_at: Option<String>,
    /// Ignored.
    #[serde(rename = "updated_at")]
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    _updated_at: Option<String>,
    /// Ignored.
    #[serde(rename = "created_by")]
    #[schema(max_length = 320, example = "usr_06a1b2c3d4e5q")]
    _created_by: Option<String>,
    /// Ignored.
    #[serde(rename = "borrowed")]
    _borrowed: Option<BorrowedAgent>,
}

/// Replace an agent
///
/// A field that is left out gets its default. The change makes a new version; earlier versions stay. Running turns
/// continue with the version that they started with.
#[utoipa::path(put, path = "/agents/{agent_id}", operation_id = "agents.replace", params(AgentPath, IfMatchHeader),
    request_body(content = ReplaceAgent, description = "The agent's definition.",
        example = json!({"model": {"provider": "echo"}, "system_prompt": "You are brief."})),
    responses((status = 200, description = "The agent.", body = Agent, headers(
        ("ETag" = String, description = "The agent's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(AgentPath { agent_id }): Path<AgentPath>,
    IfMatch(precondition): IfMatch,
    Json(new): Json<ReplaceAgent>,
) -> Result<Response> {
    if new.id.is_some_and(|id| id != agent_id) {
        return Err(Error::field("/id", "is another agent's: it must be that of the path, or be left out"));
    }
    let change = AgentChange {
        agent_id,
        definition: checked(&new.definition, &caller, &app)?,
        author: caller.subject.clone(),
        now_ms: app.now_ms(),
    };
    let replaced = caller.rows(&app).agents().update(change, precondition).await.map_err(refused)?;
    let agent = replaced.ok_or_else(|| Error::not_found("agent"))?;
    Ok(tagged(agent.revision(), Json(Agent::read(agent)?)))
}
