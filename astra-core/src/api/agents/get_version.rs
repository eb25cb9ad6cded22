//! `agents.get_version`: all that one version of an agent says.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{read, version_of};
use super::model::VersionPath;
use crate::app::App;
use crate::clock::rfc3339;
use crate::engine::agent::AgentDefinition;
use crate::error::Result;
use crate::http::{Caller, Json, Path};

/// One version of an agent. Only its label can change.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AgentVersion {
    /// The agent's id.
    #[schema(format = "slug", example = "support")]
    agent_id: String,
    /// The version's number.
    #[schema(minimum = 1, example = 2)]
    version: u32,
    /// The version's label, unique in the agent.
    #[schema(max_length = 64, example = "live")]
    label: Option<String>,
    /// The agent's definition.
    definition: AgentDefinition,
    /// When it was created.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    created_at: String,
    /// The creator: a user, a service account, `file:<name>`, `configuration` or `gateway`.
    #[schema(max_length = 320, example = "usr_06a1b2c3d4e5q")]
    created_by: String,
}

/// Get a version of an agent
///
/// The full definition of that version.
#[utoipa::path(get, path = "/agents/{agent_id}/versions/{version}", operation_id = "agents.get_version",
    params(VersionPath),
    responses((status = 200, description = "The version.", body = AgentVersion)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<VersionPath>,
) -> Result<Json<AgentVersion>> {
    let stored = version_of(&app, &caller, &path.agent_id, path.version).await?;
    Ok(Json(AgentVersion {
        definition: read(&stored.definition)?,
        agent_id: stored.agent_id,
        version: stored.version,
        label: stored.label,
        created_at: rfc3339(stored.created_at_ms),
        created_by: stored.created_by,
    }))
}
