//! What people do with their own accounts: choose another password, delete the account.

use super::authority::Authority;
use super::by::By;
use super::error::{Error, Result};
use super::registration::check_password;
use super::request_source::RequestSource;
use crate::store::own_account::PasswordChange;
use crate::store::{self, AccountRefusal, MemoryRefusal, Refusal};

const CHANGED_MEANWHILE: &str = "The password was changed by another request: try again with the present one.";
const LAST_OWNER: &str = "The account is the last owner of a workspace: make another member an owner of it first.";
const TURN_OPEN: &str = "A turn of the account is open: wait for its end, or cancel it.";

impl Authority {
    /// Gives the caller's account the password `next` in place of `present`, and ends all of its sign-ins but the one that
    /// the caller's token came from. Attempts that fail are limited as those to sign in are.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong password, or one that is too short or too long; [`Error::Conflict`] for a caller without
    /// a password; [`Error::TooManyAttempts`]; [`Error::Overloaded`].
    pub async fn change_password(
        &self,
        by: impl Into<By<'_>>,
        (present, next): (String, String),
        from: &RequestSource,
    ) -> Result<()> {
        let by = by.into();
        check_password(&next, "/new_password")?;
        let confirmed = self.confirm_password(&by, (present, "/current_password"), from).await?;
        let change = PasswordChange {
            user_id: by.subject.clone(),
            present_hash: confirmed.password_hash,
            next_hash: self.passwords().hash(next).await?,
            family_id: confirmed.family_id,
            network_hash: self.network_hash(from.network()),
        };
        if self.rows(by).accounts().change_password(change).await? {
            Ok(())
        } else {
            Err(Error::Conflict(CHANGED_MEANWHILE.into()))
        }
    }

    /// Deletes the caller's account with its sign-ins, and all that its workspaces keep of it. Attempts that fail are limited
    /// as those to sign in are.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong password; [`Error::Conflict`] for a caller without one, for the last owner of a
    /// workspace, and while a turn of the caller is open; [`Error::TooManyAttempts`]; [`Error::Overloaded`].
    pub async fn delete_account(&self, by: impl Into<By<'_>>, password: String, from: &RequestSource) -> Result<()> {
        let by = by.into();
        let confirmed = self.confirm_password(&by, (password, "/current_password"), from).await?;
        let deleted = self.rows(by).accounts().delete(&by.subject, &confirmed.password_hash).await;
        let conflict = |text: &str| Err(Error::Conflict(text.into()));
        match deleted {
            Ok(true) => Ok(()),
            Ok(false) => conflict(CHANGED_MEANWHILE),
            Err(store::Error::Refused(Refusal::Account(AccountRefusal::LastOwner))) => conflict(LAST_OWNER),
            Err(store::Error::Refused(Refusal::Memory(MemoryRefusal::TurnOpen))) => conflict(TURN_OPEN),
            Err(fault) => Err(fault.into()),
        }
    }
}
