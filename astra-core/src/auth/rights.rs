//! What the owner of work that runs later may do at that time, with no credential at hand.

use super::authority::Authority;
use super::role::Role;
use super::scope::ScopeSet;
use crate::store::{self, WorkspaceId};

/// What somebody may do in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// The role.
    pub role: Role,
    /// The scopes: of a user all, of a service account its own.
    pub scopes: ScopeSet,
}

impl Authority {
    /// What the user or service account `subject` may do in `workspace` now; `None` if it is not there.
    ///
    /// # Errors
    /// The store's.
    pub async fn rights_of(&self, workspace: &WorkspaceId, subject: &str) -> store::Result<Option<Rights>> {
        let rows = self.store().rows(workspace);
        let (role, scopes) = if let Some(member) = rows.accounts().find(subject).await? {
            (member.role, self.scopes().all())
        } else if let Some(account) = rows.service_accounts().find(subject).await? {
            (account.role, self.scopes().known(&account.scopes))
        } else {
            return Ok(None);
        };
        Ok(role.parse().ok().map(|role| Rights { role, scopes }))
    }
}
