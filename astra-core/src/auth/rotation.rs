//! What a key's owner and the world may know of the signing keys, and how the next one takes over.

use super::authority::Authority;
use super::by::By;
use super::error::{Error, Result};
use super::identity::Identity;
use super::keys::{self, PublicKey};
use crate::store::{Cursor, OnceKey, Page, PageRequest};

impl Authority {
    /// The public halves of the signing keys, the one that signs first; none if a shared secret is configured.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>> {
        Ok(self.ring().await?.public.clone())
    }

    /// The keys for the owner of the installation, newest first; none for other workspaces.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn list_keys(&self, by: &Identity, page: &PageRequest) -> Result<Page<PublicKey>> {
        let mut keys = if by.workspace == *self.first_workspace() { self.public_keys().await? } else { Vec::new() };
        let place = |key: &PublicKey| (key.created_at, key.kid.clone());
        keys.sort_by_key(|key| std::cmp::Reverse(place(key)));
        let (at, kid) = page.position();
        keys.retain(|key| (key.created_at, key.kid.as_str()) < (at, kid));
        Ok(Page::cut(keys, page, |key| Cursor { at: key.created_at, id: key.kid.clone() }))
    }

    /// Lets a new key sign from now on. Tokens of the keys before it stay good until they expire; with `revoke_old` none of
    /// them is good any more, the caller's own included.
    ///
    /// # Errors
    /// [`Error::NotFound`] for other workspaces than the first; [`Error::Conflict`] if a shared secret is configured.
    pub async fn rotate_keys(
        &self,
        by: impl Into<By<'_>>,
        revoke_old: bool,
        once: Option<OnceKey>,
    ) -> Result<PublicKey> {
        let by = by.into();
        if by.workspace != *self.first_workspace() {
            return Err(Error::NotFound("signing key"));
        }
        if self.config().jwt_secret.is_some() {
            let text = "Tokens are signed with the shared secret auth.jwt_secret: rotate it in the configuration, with the old one as auth.jwt_secret_prev.";
            return Err(Error::Conflict(text.into()));
        }
        let now_ms = self.now_ms();
        let next = keys::generate(self.master_key(), now_ms)?;
        Ok(self.rows(by).signing_keys().rotate(next, revoke_old, once, PublicKey::from).await?)
    }

    /// The name of the key that signs now.
    pub(super) async fn signing_kid(&self) -> Result<String> {
        Ok(self.ring().await?.signing()?.kid.clone())
    }
}
