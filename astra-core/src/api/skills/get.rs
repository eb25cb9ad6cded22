//! `skills.get`: a skill with its instructions and the files beside them.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::find;
use super::model::{Skill, SkillPath};
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::http::{Caller, Json, Path};
use crate::skills::Resource;

/// A skill with its instructions and the files beside them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SkillDetail {
    /// The skill.
    #[serde(flatten)]
    skill: Skill,
    /// The text that the model reads when it calls `read_skill`.
    #[schema(max_length = 262_144, example = "# Release notes\n\nGroup the changes by what they mean to a user.")]
    instructions: String,
    /// The files beside SKILL.md that the model can read, sorted by path.
    #[schema(max_items = 1000)]
    resources: Vec<SkillResource>,
}

/// A file beside SKILL.md.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SkillResource {
    /// Its path in the skill's folder.
    #[schema(max_length = 4096, example = "references/style.md")]
    path: String,
    /// Its length in bytes.
    #[schema(minimum = 0, example = 1_200)]
    bytes: u64,
}

/// Get a skill
///
/// The skill as agents have it now, with its instructions, and the files that lie beside it on disk.
#[utoipa::path(get, path = "/skills/{skill_id}", operation_id = "skills.get",
    params(SkillPath),
    responses((status = 200, description = "The skill.", body = SkillDetail)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(SkillPath { skill_id }): Path<SkillPath>,
) -> Result<Json<SkillDetail>> {
    let skill = find(&app, &caller, &skill_id)?;
    let resources = app.skills.resources(&skill_id).await.map_err(|fault| Error::new(Code::Unavailable, fault))?;
    Ok(Json(SkillDetail {
        skill: Skill::from(&*skill),
        instructions: skill.definition.instructions.to_string(),
        resources: resources.into_iter().map(|Resource { path, bytes }| SkillResource { path, bytes }).collect(),
    }))
}
