//! Memory profiles: what each operation of the group `memory-profiles` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Admin, Viewer};
    &[
        ("memory-profiles.list", Needs(Viewer, Scope::MemoryProfilesRead)),
        ("memory-profiles.create", Needs(Admin, Scope::MemoryProfilesWrite)),
        ("memory-profiles.get", Needs(Viewer, Scope::MemoryProfilesRead)),
        ("memory-profiles.replace", Needs(Admin, Scope::MemoryProfilesWrite)),
        ("memory-profiles.delete", Needs(Admin, Scope::MemoryProfilesWrite)),
        ("memory-profiles.list_agents", Needs(Viewer, Scope::MemoryProfilesRead)),
        ("memory-profiles.assign", Needs(Admin, Scope::MemoryProfilesWrite)),
        ("memory-profiles.unassign", Needs(Admin, Scope::MemoryProfilesWrite)),
    ]
};
