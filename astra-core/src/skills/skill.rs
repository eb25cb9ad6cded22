//! A skill: what the front matter of its SKILL.md says, and its instructions.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The file of a skill; the second spelling is accepted where the first one is not there.
pub(super) const SKILL_FILES: [&str; 2] = ["SKILL.md", "skill.md"];

/// Whether a file of this name is the skill itself.
pub(super) fn is_skill_file(name: &str) -> bool {
    SKILL_FILES.contains(&name)
}

/// A skill of an agent, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(format = "slug", example = "release-notes")]
pub struct AgentSkill(pub String);

/// A skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillDefinition {
    /// Its id, which is its name and the name of its folder.
    pub id: String,
    /// What it does, and when to use it.
    pub description: String,
    /// The name of its licence, or of the file that has it.
    pub license: Option<String>,
    /// What it needs of its surroundings.
    pub compatibility: Option<String>,
    /// The tools that it wants to use. They are said to the model and grant nothing.
    pub allowed_tools: Vec<String>,
    /// What else its author says of it.
    pub metadata: BTreeMap<String, String>,
    /// The text of SKILL.md after the front matter.
    pub instructions: Arc<str>,
}

/// A skill as this gateway has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedSkill {
    /// What it says.
    pub definition: SkillDefinition,
    /// When this gateway read it as it is now, in milliseconds since the epoch.
    pub loaded_at_ms: i64,
}
