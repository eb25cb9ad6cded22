//! Workspaces: what each operation of the group `workspaces` needs.

use super::needs::Access;
use crate::auth::role::Role;
use crate::auth::scope::Scope;

pub(super) const OPERATIONS: &[(&str, Access)] =
    &[("workspaces.events", Access::Needs(Role::Member, Scope::WorkspacesRead))];
