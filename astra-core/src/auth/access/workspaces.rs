//! Workspaces: what each operation of the group `workspaces` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Admin, Member, Owner, Viewer};
    &[
        ("workspaces.events", Needs(Member, Scope::WorkspacesRead)),
        ("workspaces.get_restrictions", Needs(Viewer, Scope::WorkspacesRead)),
        ("workspaces.put_restrictions", Needs(Admin, Scope::WorkspacesWrite)),
        ("workspaces.get_quotas", Needs(Viewer, Scope::WorkspacesRead)),
        ("workspaces.put_quotas", Needs(Owner, Scope::WorkspacesWrite)),
        ("workspaces.list_grants", Needs(Admin, Scope::WorkspacesRead)),
        ("workspaces.create_grant", Needs(Admin, Scope::WorkspacesWrite)),
        ("workspaces.accept_grant", Needs(Admin, Scope::WorkspacesWrite)),
        ("workspaces.revoke_grant", Needs(Admin, Scope::WorkspacesWrite)),
    ]
};
