//! Who may make and change service accounts: callers give no more than they have.

use super::authority::Authority;
use super::by::By;
use super::error::{Error, Result};
use super::identity::Identity;
use super::role::Role;
use super::scope::ScopeSet;
use crate::ids::IdKind;
use crate::store::service_accounts::ServiceAccount;
use crate::store::{self, OnceKey, Page, PageRequest, Refusal};

/// A service account to be made.
#[derive(Debug, Clone)]
pub struct NewServiceAccount {
    /// Unique in its workspace.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Its scopes; by default all that are of use to its role and in its maker's reach.
    pub scopes: Option<ScopeSet>,
}

/// What is to change of a service account; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ServiceAccountChange {
    /// Unique in its workspace.
    pub name: Option<String>,
    /// Its role.
    pub role: Option<Role>,
    /// Its scopes.
    pub scopes: Option<ScopeSet>,
}

impl Authority {
    /// Makes a service account in the caller's workspace.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if it would have a higher role than its maker, or scopes that its maker lacks;
    /// [`Error::Conflict`] if the name is taken.
    pub async fn create_service_account(
        &self,
        by: impl Into<By<'_>>,
        new: NewServiceAccount,
        once: Option<OnceKey>,
    ) -> Result<ServiceAccount> {
        let by = by.into();
        may_give_role(&by, new.role)?;
        let scopes = new.scopes.unwrap_or_else(|| self.scopes().default_of(new.role).intersection(self.grantable(&by)));
        self.may_give_scopes(&by, scopes)?;
        let now_ms = self.now_ms();
        let account = ServiceAccount {
            id: self.id(IdKind::ServiceAccount),
            name: new.name,
            role: new.role.as_str().into(),
            scopes: self.scopes().text(scopes),
            created_by: by.subject.clone(),
            created_at: now_ms,
            updated_at: now_ms,
        };
        self.rows(by).service_accounts().create(account, once).await.map_err(name_taken)
    }

    /// One service account of the caller's workspace, by its id.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn service_account(&self, by: &Identity, id: &str) -> Result<ServiceAccount> {
        self.store().rows(&by.workspace).service_accounts().find(id).await?.ok_or(Error::NotFound("service account"))
    }

    /// One service account of the caller's workspace, by its name.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn service_account_by_name(&self, by: &Identity, name: &str) -> Result<Option<ServiceAccount>> {
        Ok(self.store().rows(&by.workspace).service_accounts().find_by_name(name).await?)
    }

    /// The service accounts of the caller's workspace, newest first.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn list_service_accounts(&self, by: &Identity, page: PageRequest) -> Result<Page<ServiceAccount>> {
        Ok(self.store().rows(&by.workspace).service_accounts().page(page).await?)
    }

    /// Changes a service account. What it loses, its tokens lose from the next request on; what it gains, it gains with
    /// its next token.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the account has, or would have, a higher role than the caller, or
    /// would gain scopes that the caller lacks; [`Error::Conflict`] if the name is taken or another change was faster.
    pub async fn update_service_account(
        &self,
        by: impl Into<By<'_>>,
        id: &str,
        change: ServiceAccountChange,
    ) -> Result<ServiceAccount> {
        let by = by.into();
        let mut account = self.managed_account(&by, id).await?;
        if let Some(name) = change.name {
            account.name = name;
        }
        if let Some(role) = change.role {
            may_give_role(&by, role)?;
            account.role = role.as_str().into();
        }
        if let Some(scopes) = change.scopes {
            self.may_give_scopes(&by, scopes.minus(self.scopes().known(&account.scopes)))?;
            account.scopes = self.scopes().text(scopes);
        }
        let changed = self.rows(by).service_accounts().update(account, self.now_ms()).await;
        let changed = changed.map_err(|fault| match fault {
            store::Error::Refused(Refusal::Stale) => {
                Error::Conflict("Another request changed the service account at the same time: try again.".into())
            }
            fault => name_taken(fault),
        })?;
        changed.ok_or(Error::NotFound("service account"))
    }

    /// Deletes a service account and its tokens, which are refused from the next request on.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the account has a higher role than the caller.
    pub async fn delete_service_account(&self, by: impl Into<By<'_>>, id: &str) -> Result<()> {
        let by = by.into();
        self.managed_account(&by, id).await?;
        let was_there = self.rows(by).service_accounts().delete(id).await?;
        if was_there { Ok(()) } else { Err(Error::NotFound("service account")) }
    }

    /// An account that the caller may manage, which one of a higher role is not.
    pub(super) async fn managed_account(&self, by: &Identity, id: &str) -> Result<ServiceAccount> {
        let account = self.service_account(by, id).await?;
        match account.role.parse::<Role>() {
            Ok(role) if role <= by.role => Ok(account),
            _ => Err(Error::Forbidden(format!(
                "The service account has the role {}, which is higher than the caller's ({}).",
                account.role,
                by.role.as_str()
            ))),
        }
    }

    /// The scopes that the caller may give: its own; all of them if it is an owner whose own token is not narrowed.
    fn grantable(&self, by: &Identity) -> ScopeSet {
        if by.role == Role::Owner && by.scopes.covers(self.scopes().default_of(Role::Owner)) {
            self.scopes().all()
        } else {
            by.scopes
        }
    }

    /// Refuses to give scopes that the caller does not have.
    pub(super) fn may_give_scopes(&self, by: &Identity, scopes: ScopeSet) -> Result<()> {
        let missing = scopes.minus(self.grantable(by));
        if missing.is_empty() {
            return Ok(());
        }
        let missing = self.scopes().text(missing);
        Err(Error::Forbidden(format!(
            "The caller's token does not have these scopes, so it cannot give them: {missing}."
        )))
    }
}

pub(super) fn may_give_role(by: &Identity, role: Role) -> Result<()> {
    if role <= by.role {
        return Ok(());
    }
    let (wanted, own) = (role.as_str(), by.role.as_str());
    Err(Error::Forbidden(format!(
        "The role {wanted} is higher than the caller's ({own}), so the caller cannot give it."
    )))
}

fn name_taken(fault: store::Error) -> Error {
    match fault {
        store::Error::Unique(_) => {
            Error::Conflict("A service account with this name exists: choose another name.".into())
        }
        // A host's authenticator may name a workspace that this gateway does not have.
        store::Error::Missing(_) => Error::Forbidden("This gateway does not have your workspace.".into()),
        fault => Error::Store(fault),
    }
}
