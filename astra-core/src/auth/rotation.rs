//! What a key's owner and the world may know of the signing keys, and how the next one takes over.

use super::authority::Authority;
use super::error::{Error, Result};
use super::keys::{self, PublicKey};

impl Authority {
    /// The public halves of the signing keys, the one that signs first; none if a shared secret is configured.
    ///
    /// # Errors
    /// [`Error::Store`]
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>> {
        Ok(self.ring().await?.public.clone())
    }

    /// Lets a new key sign from now on. Tokens of the one before it stay good until they expire.
    ///
    /// # Errors
    /// [`Error::Conflict`] if a shared secret is configured.
    pub async fn rotate_keys(&self) -> Result<Vec<PublicKey>> {
        if self.config().jwt_secret.is_some() {
            let text = "Tokens are signed with the shared secret auth.jwt_secret: rotate it in the configuration, with the old one as auth.jwt_secret_prev.";
            return Err(Error::Conflict(text.into()));
        }
        let next = keys::generate(self.master_key(), self.now_ms())?;
        self.store().rotate_signing_key(next).await?;
        self.public_keys().await
    }

    /// The name of the key that signs now.
    pub(super) async fn signing_kid(&self) -> Result<String> {
        Ok(self.ring().await?.signing()?.kid.clone())
    }
}
