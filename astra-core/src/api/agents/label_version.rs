//! `agents.label_version`: give a version of an agent a name.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{AgentVersionInfo, VersionPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path};

/// The label of a version.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LabelVersion {
    /// The label; null removes it.
    #[schema(
        required = true,
        min_length = 1,
        max_length = 64,
        pattern = "^[A-Za-z0-9][A-Za-z0-9._-]*$",
        example = "live"
    )]
    label: Option<String>,
}

/// Label a version of an agent
///
/// A label points to one version of the agent: setting it moves it from the version that had it before.
#[utoipa::path(put, path = "/agents/{agent_id}/versions/{version}/label", operation_id = "agents.label_version",
    params(VersionPath),
    request_body(content = LabelVersion, description = "The label.", example = json!({"label": "live"})),
    responses((status = 200, description = "The version.", body = AgentVersionInfo)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<VersionPath>,
    Json(name): Json<LabelVersion>,
) -> Result<Json<AgentVersionInfo>> {
    let rows = caller.rows(&app);
    let labelled = rows.agent_versions().label(&path.agent_id, path.version, name.label).await.map_err(Error::store)?;
    labelled.map(|version| Json(version.into())).ok_or_else(|| Error::not_found("version"))
}
