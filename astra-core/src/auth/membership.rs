//! What changes of members, invitations and workspaces share: who asks, as the store holds it against its own role, and what is
//! refused.

use super::error::{Error, Result};
use super::identity::{Identity, Principal};
use super::role::Role;
use crate::store::{self, Manager, MemberRefusal, Refusal, RoleOrder};

const FOR_PEOPLE: &str = "Only people who signed in create and join workspaces: service accounts, end users and users of a host program belong to one.";
const NOT_ALLOWED: &str = "Your role in the workspace was changed: it does not allow this any more.";
const LAST_OWNER: &str = "The member is the last owner of the workspace: make another member an owner first.";
const ONLY_WORKSPACE: &str = "The workspace is the only one of your account: create or join another one first, or delete the account (auth.delete_account).";

/// The roles, as the store compares them.
pub(super) const ROLE_ORDER: RoleOrder =
    RoleOrder([Role::Viewer.as_str(), Role::Member.as_str(), Role::Admin.as_str(), Role::Owner.as_str()]);

/// Who manages members and invitations of the caller's workspace.
pub(super) fn manager(by: &Identity) -> Manager {
    let subject = (!matches!(by.principal, Principal::Host)).then(|| by.subject.clone());
    Manager { subject, role: by.role.as_str(), order: ROLE_ORDER }
}

/// Refuses who is no person who signed in.
pub(super) fn check_person(by: &Identity) -> Result<()> {
    if matches!(by.principal, Principal::User { .. }) { Ok(()) } else { Err(Error::Forbidden(FOR_PEOPLE.into())) }
}

/// A refusal of the store to change a member.
pub(super) fn refused(fault: store::Error) -> Error {
    match fault {
        store::Error::Refused(Refusal::Member(refusal)) => match refusal {
            MemberRefusal::NotAllowed => Error::Forbidden(NOT_ALLOWED.into()),
            MemberRefusal::HigherRole => Error::Forbidden(
                "The member has, or would have, a higher role than yours: only one with that role changes it.".into(),
            ),
            MemberRefusal::LastOwner => Error::Conflict(LAST_OWNER.into()),
            MemberRefusal::OnlyWorkspace => Error::Conflict(ONLY_WORKSPACE.into()),
        },
        fault => Error::Store(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roles_are_in_their_order() {
        assert_eq!(ROLE_ORDER.0, Role::ALL.map(Role::as_str));
    }
}
