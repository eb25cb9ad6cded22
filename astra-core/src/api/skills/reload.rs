//! `skills.reload`: take over what changed in the skills on disk.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::definitions::{Failed, SkillReport};
use crate::error::{Error, Result};
use crate::http::{Caller, Json};

/// The result for each skill on disk, by skill id.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct SkillReloadReport {
    /// New skills.
    #[schema(max_items = 1000, example = json!(["release-notes"]))]
    created: Vec<String>,
    /// Skills that changed.
    #[schema(max_items = 1000, example = json!(["triage"]))]
    updated: Vec<String>,
    /// Skills that did not change.
    #[schema(max_items = 1000, example = json!(["pdf"]))]
    unchanged: Vec<String>,
    /// Skills whose folders are gone. Agents that name them go on without them.
    #[schema(max_items = 1000, example = json!(["old"]))]
    removed: Vec<String>,
    /// What was refused. A skill that was read before stays as it is.
    #[schema(max_items = 10_000)]
    failed: Vec<FailedSkill>,
}

/// What was refused.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FailedSkill {
    /// The file, within the folder of skills.
    #[schema(max_length = 4096, example = "triage/SKILL.md")]
    file: String,
    /// The line, if the fault is in one place.
    #[schema(minimum = 1, example = 3)]
    line: Option<u32>,
    /// What is wrong, and how to correct it.
    #[schema(max_length = 8192, example = "the key `description` is missing")]
    reason: String,
}

/// Reload the skills on disk
///
/// Reads the folder of skills now; the gateway also does so within a second after a SKILL.md changes. The next turn of an
/// agent with the skill has what changed. An invalid skill leaves the one that was read before in use. The skills belong to
/// the gateway's first workspace: callers of other workspaces get an empty report.
#[utoipa::path(post, path = "/skills/reload", operation_id = "skills.reload",
    responses((status = 200, description = "The result for each skill.", body = SkillReloadReport)))]
pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Json<SkillReloadReport>> {
    if app.skills.of(&caller.workspace).is_none() {
        return Ok(Json(SkillReloadReport::default()));
    }
    app.skill_folder.reload().await.map(|report| Json(report.into())).map_err(Error::store)
}

impl From<SkillReport> for SkillReloadReport {
    fn from(report: SkillReport) -> Self {
        let failed = report.failed.into_iter();
        Self {
            created: report.created,
            updated: report.updated,
            unchanged: report.unchanged,
            removed: report.removed,
            failed: failed
                .map(|Failed { file, fault }| FailedSkill { file, line: fault.line, reason: fault.reason })
                .collect(),
        }
    }
}
