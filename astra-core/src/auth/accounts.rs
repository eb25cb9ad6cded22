//! What the operator does with the accounts of people: make one, list them, give one another password.

use super::authority::Authority;
use super::email::normalise_email;
use super::error::{Error, Result};
use super::identity::Identity;
use super::registration::{check_password, email_taken};
use super::role::Role;
use super::service_accounts::may_give_role;
use crate::ids::IdKind;
use crate::store::accounts::{Member, NewUser};
use crate::store::{Page, PageRequest};

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The e-mail address; compared without regard to case.
    pub email: String,
    /// 12 to 1,024 characters.
    pub password: String,
    /// For people.
    pub display_name: Option<String>,
    /// The role in the caller's workspace.
    pub role: Role,
}

impl Authority {
    /// Makes an account in the caller's workspace.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a higher role than the caller's; [`Error::Conflict`] if the e-mail is taken;
    /// [`Error::Invalid`]; [`Error::Overloaded`].
    pub async fn create_account(&self, by: &Identity, new: NewAccount) -> Result<Member> {
        may_give_role(by, new.role)?;
        let email = normalise_email(&new.email)?;
        check_password(&new.password, "/password")?;
        let user = NewUser {
            id: self.id(IdKind::User),
            email,
            display_name: new.display_name,
            password_hash: self.passwords().hash(new.password).await?,
            created_at: self.now_ms(),
        };
        let made = self.store().rows(&by.workspace).accounts().create(user, new.role.as_str()).await;
        made.map_err(email_taken)
    }

    /// The people of the caller's workspace, newest first.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn list_accounts(&self, by: &Identity, page: PageRequest) -> Result<Page<Member>> {
        Ok(self.store().rows(&by.workspace).accounts().page(page).await?)
    }

    /// Gives the account of an e-mail another password and ends all of its sign-ins, whose tokens are refused from the
    /// next request on. Answers how many there were.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for an account of a higher role than the caller's; [`Error::Invalid`];
    /// [`Error::Overloaded`].
    pub async fn reset_password(&self, by: &Identity, email: &str, password: String) -> Result<u64> {
        let email = normalise_email(email)?;
        check_password(&password, "/password")?;
        let store = self.store().rows(&by.workspace);
        let member = store.accounts().find_by_email(&email).await?.ok_or(Error::NotFound("account"))?;
        if member.role.parse::<Role>().map_or(true, |role| role > by.role) {
            let own = by.role.as_str();
            return Err(Error::Forbidden(format!(
                "The account has a higher role ({}) than yours ({own}).",
                member.role
            )));
        }
        let password_hash = self.passwords().hash(password).await?;
        store.accounts().replace_password(&member.user_id, password_hash).await?.ok_or(Error::NotFound("account"))
    }
}
