//! Memory: what each operation of the group `memory` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::Member;
    &[
        ("memory.get_profile", Needs(Member, Scope::MemoryRead)),
        ("memory.update_profile", Needs(Member, Scope::MemoryWrite)),
        ("memory.search", Needs(Member, Scope::MemoryRead)),
        ("memory.traverse", Needs(Member, Scope::MemoryRead)),
    ]
};
