//! Accounts of people: how one is made, and what is known of it.

use super::authority::Authority;
use super::error::{Error, Result};
use super::grants::{Granted, unknown_role};
use super::password::{CHARACTERS_MAX, CHARACTERS_MIN};
use super::scope::Role;
use crate::ids::Kind;
use crate::store::accounts::{Member, NewUser};
use crate::store::{self, Refusal};

/// Longest e-mail address, in characters (RFC 5321).
const EMAIL_MAX: usize = 254;
const CLOSED: &str = "Registration is closed: the gateway has its owner. Ask for an invitation, or let the operator set auth.open_registration.";

/// A person who wants an account.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The e-mail address; compared without regard to case.
    pub email: String,
    /// 12 to 1,024 characters.
    pub password: String,
    /// For people.
    pub display_name: Option<String>,
}

impl Authority {
    /// Makes an account in the first workspace, its owner if it is the first of all, else a member if registration is
    /// open; and signs it in.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if registration is closed, [`Error::Conflict`] if the e-mail is taken, [`Error::Invalid`].
    pub async fn register(&self, new: Registration) -> Result<(Member, Granted)> {
        let email = normalise_email(&new.email)?;
        check_password(&new.password)?;
        let is_open = self.config().open_registration;
        // Before the password is hashed: a closed door should cost nothing.
        if !is_open && self.store().has_accounts().await? {
            return Err(Error::Forbidden(CLOSED.into()));
        }
        let user = NewUser {
            id: self.id(Kind::User),
            email,
            display_name: new.display_name,
            password_hash: self.passwords().hash(new.password).await?,
            created_at: self.now_ms(),
        };
        let registered = self.store().scoped(self.first_workspace()).register(user, is_open).await;
        let member = registered.map_err(|fault| match fault {
            store::Error::Refused(Refusal::State(_)) => Error::Forbidden(CLOSED.into()),
            store::Error::Unique(_) => Error::Conflict("This e-mail address has an account: sign in.".into()),
            fault => Error::Store(fault),
        })?;
        let role = member.role.parse::<Role>().map_err(|()| unknown_role())?;
        let granted = self.begin_family(&member, role, role.default_scopes()).await?;
        Ok((member, granted))
    }
}

/// The form in which an address is kept and compared: without spaces around it, in lower case.
pub(super) fn normalise_email(text: &str) -> Result<String> {
    let email = text.trim().to_lowercase();
    let is_sound = email.chars().count() <= EMAIL_MAX
        && !email.chars().any(|character| character.is_whitespace() || character.is_control())
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.')
        });
    if is_sound {
        Ok(email)
    } else {
        Err(Error::Invalid { pointer: "/email", detail: "is not an e-mail address".into() })
    }
}

fn check_password(password: &str) -> Result<()> {
    let length = password.chars().count();
    if (CHARACTERS_MIN..=CHARACTERS_MAX).contains(&length) {
        return Ok(());
    }
    let detail = format!("has {length} characters; a password has {CHARACTERS_MIN} to {CHARACTERS_MAX}");
    Err(Error::Invalid { pointer: "/password", detail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_in_one_form() {
        assert_eq!(normalise_email(" Ada@Example.ORG ").unwrap(), "ada@example.org");
        for wrong in ["", "ada", "@example.org", "ada@", "a@b@c", "a b@example.org", "ada@.org", "ada\0@example.org"] {
            assert!(normalise_email(wrong).is_err(), "{wrong:?}");
        }
        assert!(normalise_email(&format!("{}@example.org", "a".repeat(250))).is_err());
    }
}
