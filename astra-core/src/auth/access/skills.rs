//! Skills: what each operation of the group `skills` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Admin, Viewer};
    &[
        ("skills.list", Needs(Viewer, Scope::SkillsRead)),
        ("skills.get", Needs(Viewer, Scope::SkillsRead)),
        ("skills.metrics", Needs(Viewer, Scope::SkillsRead)),
        ("skills.reload", Needs(Admin, Scope::SkillsWrite)),
    ]
};
