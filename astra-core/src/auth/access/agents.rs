//! Agents and their versions: what each operation of the group `agents` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Admin, Viewer};
    &[
        ("agents.list", Needs(Viewer, Scope::AgentsRead)),
        ("agents.create", Needs(Admin, Scope::AgentsWrite)),
        ("agents.get", Needs(Viewer, Scope::AgentsRead)),
        ("agents.replace", Needs(Admin, Scope::AgentsWrite)),
        ("agents.update", Needs(Admin, Scope::AgentsWrite)),
        ("agents.delete", Needs(Admin, Scope::AgentsWrite)),
        ("agents.list_versions", Needs(Viewer, Scope::AgentsRead)),
        ("agents.get_version", Needs(Viewer, Scope::AgentsRead)),
        ("agents.diff_versions", Needs(Viewer, Scope::AgentsRead)),
        ("agents.label_version", Needs(Admin, Scope::AgentsWrite)),
        ("agents.rollback", Needs(Admin, Scope::AgentsWrite)),
        ("agents.clone", Needs(Admin, Scope::AgentsWrite)),
        ("agents.usage", Needs(Viewer, Scope::AgentsRead)),
        ("agents.export", Needs(Admin, Scope::AgentsRead)),
        ("agents.import", Needs(Admin, Scope::AgentsWrite)),
        ("agents.reload", Needs(Admin, Scope::AgentsWrite)),
    ]
};
