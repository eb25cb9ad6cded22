//! Skills in the Agent Skills format: folders with a SKILL.md, whose front matter names and describes the skill and whose
//! text a model reads when it needs it, and files beside it. Folders are watched by `definitions`; a model reads skills
//! through the tool `read_skill`.

mod finding;
mod folder;
mod front_matter;
mod judge;
mod loaded;
mod metrics;
mod prompt;
mod reading;
mod resources;
mod skill;

pub use finding::{Finding, Severity};
pub use loaded::{SkillMap, Skills};
pub use metrics::{METRICS_TURNS_MAX, SkillMetrics};
pub use reading::{Checked, ReadSkills, SKILLS_MAX, check, read_all};
pub use resources::Resource;
pub use skill::{AgentSkill, LoadedSkill, SkillDefinition};
