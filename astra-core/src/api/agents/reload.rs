//! `agents.reload`: take over what changed in the definitions on disk.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::engine::catalogue::{Failed, Report};
use crate::error::{Error, Result};
use crate::http::{Caller, Json};

/// What became of the definitions on disk, by agents' ids.
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
    /// Files that define nothing; their agents are as before.
    #[schema(max_items = 10_000)]
    failed: Vec<FailedDefinition>,
}

/// A file that defines nothing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FailedDefinition {
    /// The file's name.
    #[schema(max_length = 4096, example = "support.yml")]
    file: String,
    /// The line, if it is in one place.
    #[schema(minimum = 1, example = 4)]
    line: Option<u32>,
    /// What is wrong and how to mend it.
    #[schema(max_length = 8192, example = "model.temperature: must lie between 0 and 2")]
    reason: String,
}

/// Reload the definitions on disk
///
/// Reads the folder of definitions; the gateway does so by itself within a second after a file changed. A definition that
/// changed becomes a new version of its agent, also over what callers changed meanwhile; one that did not leaves their
/// changes alone. A broken file leaves the old version running. An agent whose file is gone stays. The definitions are those
/// of the gateway's first workspace: for others the report is empty.
#[utoipa::path(post, path = "/agents/reload", operation_id = "agents.reload",
    responses((status = 200, description = "What became of the definitions.", body = ReloadReport)))]
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
