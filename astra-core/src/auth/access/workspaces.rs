//! Workspaces: what each operation of the group `workspaces` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] = {
    use Access::Needs;
    use Role::{Admin, Member, Owner, Viewer};
    &[
        // Every account has its own workspaces, whatever its role in the present one is.
        ("workspaces.list", Needs(Viewer, Scope::WorkspacesRead)),
        ("workspaces.create", Needs(Viewer, Scope::WorkspacesWrite)),
        ("workspaces.get", Needs(Viewer, Scope::WorkspacesRead)),
        ("workspaces.update", Needs(Admin, Scope::WorkspacesWrite)),
        ("workspaces.delete", Needs(Owner, Scope::WorkspacesWrite)),
        ("workspaces.list_members", Needs(Viewer, Scope::WorkspacesRead)),
        ("workspaces.put_member", Needs(Admin, Scope::WorkspacesWrite)),
        // A member removes itself; who removes others is checked by the authority.
        ("workspaces.remove_member", Needs(Viewer, Scope::WorkspacesWrite)),
        ("workspaces.list_invitations", Needs(Admin, Scope::WorkspacesRead)),
        ("workspaces.create_invitation", Needs(Admin, Scope::WorkspacesWrite)),
        ("workspaces.revoke_invitation", Needs(Admin, Scope::WorkspacesWrite)),
        ("workspaces.accept_invitation", Needs(Viewer, Scope::WorkspacesWrite)),
        ("workspaces.switch", Needs(Viewer, Scope::WorkspacesWrite)),
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
