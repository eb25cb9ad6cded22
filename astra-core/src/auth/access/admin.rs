//! Administration: what each operation of the group `admin` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::Owner;
    &[
        ("admin.stats", Needs(Owner, Scope::AdminRead)),
        ("admin.config", Needs(Owner, Scope::AdminRead)),
        ("admin.list_audit", Needs(Owner, Scope::AdminRead)),
        ("admin.export_audit", Needs(Owner, Scope::AdminRead)),
        ("admin.verify_audit", Needs(Owner, Scope::AdminRead)),
        ("admin.backup", Needs(Owner, Scope::AdminWrite)),
    ]
};
