//! E-mail addresses, which name accounts: the form in which they are kept.

use super::error::{Error, Result};

/// Longest e-mail address, in characters (RFC 5321).
const EMAIL_MAX: usize = 254;

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
