//! The set-up code: who has it makes the first owner. It is made when a gateway opens a store without one, or configured.

use super::authority::Authority;
use super::error::{Error, Result};
use super::limits::ClientNetwork;
use super::random::{hash, random};
use crate::store;
use crate::store::families::SecretHash;

/// Digits and letters that cannot be taken for each other (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 100 bits.
pub(super) const CODE_CHARACTERS: usize = 20;
const GROUP: usize = 5;
/// The name under which attempts are counted; no e-mail address is like it.
const ATTEMPTS: &str = "the set-up code";
const WRONG: &str = "The set-up code is not the present one. `astra serve` prints a new one at each start, until the gateway has an owner.";

impl Authority {
    /// Makes the code by which the first owner is known, which takes the place of the last one; `None` if there is an
    /// owner. The configured code, if there is one.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin_setup(&self) -> store::Result<Option<String>> {
        if self.store().has_owner().await? {
            return Ok(None);
        }
        let code = match &self.config().setup_code {
            Some(configured) => configured.expose().to_owned(),
            None => readable_secret()?,
        };
        let is_kept = self.store().replace_setup_code(hash(&code), self.now_ms()).await?;
        Ok(is_kept.then_some(code))
    }

    /// The hash of `code`, which is the present one.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if it is not; [`Error::TooManyAttempts`].
    pub(super) async fn checked_setup_code(&self, code: &str, from: ClientNetwork) -> Result<SecretHash> {
        let attempt = self.attempts().attempt(ATTEMPTS, from, self.monotonic_ms());
        let attempt = attempt.map_err(|retry_after_s| Error::TooManyAttempts { retry_after_s })?;
        let code_hash = hash(code.trim());
        if !self.store().is_setup_code(code_hash).await? {
            return Err(Error::Forbidden(WRONG.into()));
        }
        self.attempts().forgive(attempt);
        Ok(code_hash)
    }
}

/// A new secret of 100 bits that people can read out and type: four groups of five letters and digits.
///
/// # Errors
/// If the operating system has no randomness to give.
pub fn readable_secret() -> store::Result<String> {
    Ok(readable(&random::<CODE_CHARACTERS>().map_err(store::Error::broken)?))
}

/// Five bits of each of `bytes`, in groups of five letters and digits.
pub(super) fn readable(bytes: &[u8]) -> String {
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_four_groups_and_never_the_same() {
        let (one, two) = (readable_secret().unwrap(), readable_secret().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), 23);
        assert!(one.split('-').all(|group| group.len() == 5), "{one}");
    }
}
