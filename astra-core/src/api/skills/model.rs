//! What the operations of the skills group share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clock::rfc3339;
use crate::skills::LoadedSkill;

/// A skill, without its instructions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Skill {
    /// The skill's id: its name, and the name of its folder.
    #[schema(format = "slug", example = "release-notes")]
    pub id: String,
    /// What it does, and when to use it. The model of an agent with the skill is told so.
    #[schema(max_length = 1024, example = "Writes release notes from a list of changes.")]
    pub description: String,
    /// The name of its licence, or of the file that has it.
    #[schema(max_length = 16_384, example = "Apache-2.0")]
    pub license: Option<String>,
    /// What it needs of its surroundings.
    #[schema(max_length = 500, example = "Needs git.")]
    pub compatibility: Option<String>,
    /// The tools that it wants to use, as its author named them. They grant nothing.
    #[schema(max_items = 16_384, example = json!(["Read"]))]
    pub allowed_tools: Vec<String>,
    /// What else its author says of it.
    #[schema(example = json!({"version": "1.0"}))]
    pub metadata: BTreeMap<String, String>,
    /// When this gateway read it as it is now.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub loaded_at: String,
}

/// The skill of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SkillPath {
    /// The skill's id.
    #[param(format = "slug", example = "release-notes")]
    pub skill_id: String,
}

impl From<&LoadedSkill> for Skill {
    fn from(loaded: &LoadedSkill) -> Self {
        let definition = loaded.definition.clone();
        Self {
            id: definition.id,
            description: definition.description,
            license: definition.license,
            compatibility: definition.compatibility,
            allowed_tools: definition.allowed_tools,
            metadata: definition.metadata,
            loaded_at: rfc3339(loaded.loaded_at_ms),
        }
    }
}
