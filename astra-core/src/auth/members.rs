//! Who changes the members of a workspace: no caller gives or takes a role above its own.

use super::authority::Authority;
use super::by::By;
use super::error::{Error, Result};
use super::identity::Identity;
use super::membership::{manager, refused};
use super::role::Role;
use crate::store::{Page, PageRequest, WorkspaceMember};

impl Authority {
    /// The people of the caller's workspace, the one who joined last first.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn list_members(&self, by: &Identity, page: PageRequest) -> Result<Page<WorkspaceMember>> {
        Ok(self.store().rows(&by.workspace).members().page(page).await?)
    }

    /// Gives a member of the caller's workspace another role. What the member loses, its tokens lose from the next request on;
    /// what it gains, it gains with its next sign-in.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the member has, or would have, a higher role than the caller;
    /// [`Error::Conflict`] for the last owner.
    pub async fn change_member(&self, by: impl Into<By<'_>>, user_id: &str, role: Role) -> Result<WorkspaceMember> {
        let by = by.into();
        let changed = self.rows(by).members().change_role(user_id, role.as_str(), manager(&by)).await;
        changed.map_err(refused)?.ok_or(Error::NotFound("member"))
    }

    /// Removes a member of the caller's workspace, who may be the caller itself: its sign-ins there end.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for another one if the caller is no admin, or has a lower role;
    /// [`Error::Conflict`] for the last owner, and for a caller who belongs to no other workspace.
    pub async fn remove_member(&self, by: impl Into<By<'_>>, user_id: &str) -> Result<()> {
        let by = by.into();
        if by.role < Role::Admin && by.subject != user_id {
            return Err(Error::Forbidden("Only admins and owners remove other members.".into()));
        }
        let removed = self.rows(by).members().remove(user_id, manager(&by)).await.map_err(refused)?;
        if removed { Ok(()) } else { Err(Error::NotFound("member")) }
    }
}
