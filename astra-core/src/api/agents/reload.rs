//! `agents.reload`: take over what changed in the definitions on disk.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::definitions::{Failed, Report};
use crate::error::{Error, Result};
use crate::http::{Caller, Json};

/// The result for each definition on disk, by agent id.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ReloadReport {
    /// New agents.
    #[schema(max_items = 10_000, example = json!(["support"]))]
    created: Vec<String>,
    /// Agents with a new version.
    #[schema(max_items = 10_000, example = json!(["sales"]))]
    updated: Vec<String>,
    /// Agents whose definition did not change.
    #[schema(max_items = 10_000, example = json!(["assistant"]))]
    unchanged: Vec<String>,
    /// Files that were refused; their agents stay as they are.
    #[schema(max_items = 10_000)]
    failed: Vec<FailedDefinition>,
}

/// A file that was refused.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FailedDefinition {
    /// The file's name.
    #[schema(max_length = 4096, example = "support.yml")]
    file: String,
    /// The line, if the fault is in one place.
    #[schema(minimum = 1, example = 4)]
    line: Option<u32>,
    /// What is wrong, and how to correct it.
    #[schema(max_length = 8192, example = "model.temperature: must lie between 0 and 2")]
    reason: String,
}

/// Reload the definitions on disk
///
/// Reads the folder of definitions now; the gateway also does so within a second after a file changes. A changed
/// definition becomes a new version of its agent and replaces changes made over the API; an unchanged definition leaves
/// them. An invalid file leaves the present version in use. An agent whose file was removed stays. The definitions
/// belong to the gateway's first workspace: callers of other workspaces get an empty report.
#[utoipa::path(post, path = "/agents/reload", operation_id = "agents.reload",
    responses((status = 200, description = "The result for each definition.", body = ReloadReport)))]
pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Json<ReloadReport>> {
    if caller.workspace != *app.definitions.workspace() {
        return Ok(Json(ReloadReport::default()));
    }
    app.definitions.reload().await.map(|report| Json(report.into())).map_err(Error::store)
}

impl From<Report> for ReloadReport {
    fn from(report: Report) -> Self {
        let failed = report.failed.into_iter();
        Self {
            created: report.created,
            updated: report.updated,
            unchanged: report.unchanged,
            failed: failed
                .map(|Failed { file, fault }| FailedDefinition { file, line: fault.line, reason: fault.reason })
                .collect(),
        }
    }
}
