//! Workspaces of people: one is made by a person, who owns it, and a person takes another one up by a switch.

use super::authority::Authority;
use super::by::By;
use super::error::{Error, OAuthError, Result};
use super::identity::{Identity, Principal};
use super::membership::{check_person, manager, refused};
use super::oauth::{Granted, unknown_role};
use super::request_source::RequestSource;
use super::role::Role;
use crate::ids::{IdKind, TurnId};
use crate::store::{
    self, JoinedWorkspace, NewWorkspace, OnceKey, Page, PageRequest, Precondition, Refusal, StoredWorkspace,
    WorkspaceRefusal,
};

/// Most workspaces that a person owns.
const OWNED_MAX: u32 = 100;
const FIRST: &str = "The first workspace cannot be deleted: agents and skills on disk, open registration and the operator's command line belong to it.";
const NOT_SWITCHED: &str = "Only people who signed in switch between workspaces.";
const HERE_ALREADY: &str = "The token is of this workspace already.";

impl Authority {
    /// The workspaces that the caller belongs to, the one that it joined last first. A caller who did not sign in as a
    /// person belongs to that of its token alone.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the token's workspace is deleted; [`Error::Store`].
    pub async fn list_workspaces(&self, by: &Identity, page: PageRequest) -> Result<Page<JoinedWorkspace>> {
        let rows = self.store().rows(&by.workspace);
        if matches!(by.principal, Principal::User { .. }) {
            return Ok(rows.workspaces().page_of(&by.subject, page).await?);
        }
        let workspace = rows.workspaces().find().await?.ok_or(Error::NotFound("workspace"))?;
        let (role, joined_at) = (by.role.as_str().to_owned(), workspace.created_at);
        let data = if page.after.is_some() { Vec::new() } else { vec![JoinedWorkspace { workspace, role, joined_at }] };
        Ok(Page { data, next: None })
    }

    /// Makes a workspace, whose owner is the caller.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller who is no person who signed in; [`Error::Conflict`] if it owns as many as it may.
    pub async fn create_workspace(
        &self,
        by: impl Into<By<'_>>,
        name: String,
        once: Option<OnceKey>,
    ) -> Result<StoredWorkspace> {
        let by = by.into();
        check_person(&by)?;
        let (id, owner, created_at) = (self.id(IdKind::Workspace), by.subject.clone(), self.now_ms());
        let new = NewWorkspace { id, name, owner, created_at };
        let made = self.rows(by).workspaces().create(new, OWNED_MAX, once).await;
        made.map_err(|fault| match fault {
            store::Error::Refused(Refusal::Workspace(WorkspaceRefusal::TooMany)) => {
                Error::Conflict(format!("You own {OWNED_MAX} workspaces: delete one first."))
            }
            fault => Error::Store(fault),
        })
    }

    /// Deletes the caller's workspace: its tokens are refused from the next request on, and all of it goes. Answers the turns of
    /// it that are still open.
    ///
    /// # Errors
    /// [`Error::Conflict`] for the first workspace; [`Error::Store`] with `Stale` if `precondition` does not hold.
    pub async fn delete_workspace(&self, by: impl Into<By<'_>>, precondition: Precondition) -> Result<Vec<TurnId>> {
        let by = by.into();
        let deleted = self.rows(by).workspaces().delete(manager(&by), precondition, self.now_ms()).await;
        match deleted {
            Ok(Some(open)) => Ok(open),
            Ok(None) => Err(Error::NotFound("workspace")),
            Err(store::Error::Refused(Refusal::Workspace(WorkspaceRefusal::First))) => {
                Err(Error::Conflict(FIRST.into()))
            }
            Err(fault) => Err(refused(fault)),
        }
    }

    /// Signs the caller in to another one of its workspaces. The sign-in that it comes from goes on, and is the end of the new
    /// one too. The new tokens have the scopes of the role there; if the caller's token was narrowed, only those that it has.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a workspace that the caller does not belong to; [`Error::Conflict`] for its own, and for a caller
    /// who did not sign in; [`OAuthError::InvalidScope`].
    pub async fn switch_workspace(
        &self,
        by: &Identity,
        workspace_id: &str,
        scope: Option<&str>,
        from: &RequestSource,
    ) -> Result<Granted> {
        let missing = || Error::NotFound("workspace");
        let is_own = workspace_id == by.workspace.as_str();
        let Principal::User { family_id } = &by.principal else {
            return Err(if is_own { Error::Conflict(NOT_SWITCHED.into()) } else { missing() });
        };
        let member = self.store().find_member_of(workspace_id, &by.subject).await?.ok_or_else(missing)?;
        if is_own {
            return Err(Error::Conflict(HERE_ALREADY.into()));
        }
        let role = member.role.parse::<Role>().map_err(|()| unknown_role())?;
        let usual = self.scopes().default_of(role);
        let is_narrowed = !by.scopes.covers(self.scopes().default_of(by.role));
        let scopes = if is_narrowed { usual.intersection(by.scopes) } else { usual };
        let scopes = self.narrowed(scopes, scope)?;
        let present = self.store().rows(&by.workspace).families().standing(family_id).await?;
        let present = present.ok_or(Error::Unauthorized("The sign-in has ended."))?;
        let granted = self.begin_family_until(&member, (role, scopes), from, present.ends_at).await;
        granted.map_err(|fault| match fault {
            // The account was deleted meanwhile.
            Error::Grant(OAuthError::InvalidGrant(_)) => missing(),
            fault => fault,
        })
    }
}
