//! Passwords that are tried: how often, by whom, and what the log says of it.

use super::authority::Authority;
use super::error::{Error, Result};
use super::identity::{Identity, Principal};
use super::limits::{Attempt, ClientNetwork};
use super::request_source::RequestSource;

/// A person whose password was confirmed.
pub(super) struct Confirmed {
    /// The sign-in that the caller's token belongs to.
    pub(super) family_id: String,
    /// The hash that the password was held against.
    pub(super) password_hash: String,
}

impl Authority {
    /// Counts an attempt to sign in, unless it comes from where the account has signed in before.
    pub(super) async fn attempt(&self, email: &str, from: ClientNetwork) -> Result<Attempt> {
        let refused = match self.attempts().attempt(email, from, self.monotonic_ms()) {
            Ok(attempt) => return Ok(attempt),
            Err(retry_after_s) => Error::TooManyAttempts { retry_after_s },
        };
        let is_known = self.store().has_signed_in_from(email, self.network_hash(from)).await?;
        if is_known {
            return Ok(Attempt::UNCOUNTED);
        }
        self.note_refused_sign_in(email, None, "too many attempts");
        Err(refused)
    }

    /// Tells the log, so that an attack on passwords can be seen: the line stands in the request's span, whose own line has
    /// the address. An account is named by its id, and by a hash of what was tried, which is the same until the gateway ends.
    pub(super) fn note_refused_sign_in(&self, email: &str, account_id: Option<&str>, reason: &str) {
        let hash = format!("{:016x}", self.attempts().hash(email));
        tracing::warn!(account.id = account_id, account.hash = hash, reason, "a sign-in was refused");
    }

    pub(super) fn network_hash(&self, network: ClientNetwork) -> [u8; 32] {
        self.master_key().derive("sign-in-network", &[&network.bytes()])
    }

    /// Makes sure that `password` is that of the caller, a person who signed in. Attempts that fail are limited as those to
    /// sign in are. `pointer` is where the password stands in the request.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a caller who did not sign in, or has no password; [`Error::Invalid`] for a wrong one;
    /// [`Error::TooManyAttempts`]; [`Error::Overloaded`].
    pub(super) async fn confirm_password(
        &self,
        by: &Identity,
        (password, pointer): (String, &'static str),
        from: &RequestSource,
    ) -> Result<Confirmed> {
        let without = |text: &str| Error::Conflict(text.into());
        let Principal::User { family_id } = &by.principal else {
            return Err(without("Only people who signed in have a password."));
        };
        let found = self.store().find_password(&by.subject).await?;
        let (email, password_hash) = found.ok_or_else(|| without("The account has no password."))?;
        let attempt = self.attempt(&email, from.network()).await?;
        let verified = self.passwords().verify(password, Some(password_hash.clone())).await;
        if !matches!(verified, Ok(false)) {
            self.attempts().forgive(attempt);
        }
        if !verified? {
            tracing::warn!(account.id = by.subject, "a signed-in caller sent a wrong password");
            return Err(Error::Invalid { pointer, detail: "is not the password of the account".into() });
        }
        Ok(Confirmed { family_id: family_id.clone(), password_hash })
    }
}
