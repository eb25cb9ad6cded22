//! The sign-ins of the caller: where they were made, and how they end.

use super::authority::Authority;
use super::by::By;
use super::error::{Error, Result};
use super::identity::{Identity, Principal};
use crate::store::{Page, PageRequest, SignIn};

const NOT_SIGNED_IN: &str = "Only people sign in and out: a service account's token is ended by auth.revoke_token.";

impl Authority {
    /// The sign-ins of the caller in all of its workspaces, newest first; none for a caller who did not sign in.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn list_sign_ins(&self, by: &Identity, page: PageRequest) -> Result<Page<SignIn>> {
        if family_id(by).is_none() {
            return Ok(Page { data: Vec::new(), next: None });
        }
        // An access token may be good for longer than the refresh token that came with it.
        let ttl_ms = i64::try_from(self.config().access_token_ttl_s).unwrap_or(i64::MAX).saturating_mul(1000);
        let before_ms = self.now_ms().saturating_sub(ttl_ms);
        Ok(self.store().rows(&by.workspace).families().page(&by.subject, before_ms, page).await?)
    }

    /// Ends the sign-in that the caller's token came from.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a caller who did not sign in.
    pub async fn sign_out(&self, by: impl Into<By<'_>>) -> Result<()> {
        let by = by.into();
        let own = family_id(&by).ok_or_else(|| Error::Conflict(NOT_SIGNED_IN.into()))?;
        self.rows(by).families().delete(own).await?;
        Ok(())
    }

    /// Ends one of the caller's sign-ins, whose tokens are refused from the next request on.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn end_sign_in(&self, by: impl Into<By<'_>>, id: &str) -> Result<()> {
        let by = by.into();
        let ended = family_id(&by).is_some() && self.rows(by).families().delete_of(&by.subject, id).await?;
        if ended { Ok(()) } else { Err(Error::NotFound("sign-in")) }
    }

    /// Ends all sign-ins of the caller, in all of its workspaces; the one that its token came from goes on if `keep_own` says
    /// so. Answers how many ended.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a caller who did not sign in.
    pub async fn end_sign_ins(&self, by: impl Into<By<'_>>, keep_own: bool) -> Result<u64> {
        let by = by.into();
        let own = family_id(&by).ok_or_else(|| Error::Conflict(NOT_SIGNED_IN.into()))?;
        Ok(self.rows(by).families().delete_all_of(&by.subject, keep_own.then_some(own)).await?)
    }
}

/// The sign-in that a person's token came from.
fn family_id(by: &Identity) -> Option<&str> {
    match &by.principal {
        Principal::User { family_id } => Some(family_id),
        _ => None,
    }
}
