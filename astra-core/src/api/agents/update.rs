//! `agents.update`: change parts of an agent.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::lookup::{checked, read, refused};
use super::model::{Agent, AgentPath};
use crate::app::App;
use crate::engine::agent::AgentDefinition;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, MergePatch, Path, tagged};
use crate::store::{self, AgentChange, Precondition, Refusal};

/// How often a change is made anew that others got in the way of.
const ATTEMPTS: u32 = 8;

/// The changes: a field that is left out stays, and null sets its default. The same holds inside objects; a list is replaced
/// as a whole.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = AgentDefinition)]
pub struct UpdateAgent(MergePatch<AgentDefinition>);

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
    Json(UpdateAgent(patch)): Json<UpdateAgent>,
) -> Result<Response> {
    let rows = caller.rows(&app);
    let mut attempts = 0..ATTEMPTS;
    loop {
        let present =
            rows.agents().find(&agent_id).await.map_err(Error::store)?.ok_or_else(|| Error::not_found("agent"))?;
        precondition.check(present.revision()).map_err(refused)?;
        let change = AgentChange {
            agent_id: agent_id.clone(),
            definition: checked(&patch.apply(&read(&present.definition)?)?, &caller, &app)?,
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
