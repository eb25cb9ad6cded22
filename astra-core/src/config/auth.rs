//! The section `auth`: accounts and tokens.

use serde::{Deserialize, Serialize};

use super::validate::at_least_one;
use super::{OidcConfig, PublicUrl, Secret};

/// Secrets that stand in tutorials; a gateway that trusts one of them has no protection.
const SAMPLE_SECRETS: [&str; 10] =
    ["changeme", "replaceme", "your256bit", "secret", "password", "example", "default", "insecure", "super", "key"];
const SECRET_BYTES_MIN: usize = 32;
const SETUP_CODE_BYTES: std::ops::RangeInclusive<usize> = 16..=256;
/// What was stolen should not be good for long after it was used.
const REFRESH_GRACE_MAX_S: u64 = 300;
/// What lives longer lives for ever, and has an expiry that cannot be written any more.
const TEN_YEARS_S: u64 = 10 * 365 * 24 * 3600;

/// Accounts and tokens.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// `iss` of the tokens.
    pub issuer: String,
    /// `aud` of the tokens.
    pub audience: String,
    /// Signs tokens with HS256 and this secret of at least 32 bytes, instead of the key ring.
    pub jwt_secret: Option<Secret>,
    /// The secret before the present one: its tokens are good until they expire.
    pub jwt_secret_prev: Option<Secret>,
    /// Life of an access token, in seconds.
    pub access_token_ttl_s: u64,
    /// Life of a refresh token, in seconds.
    pub refresh_token_ttl_s: u64,
    /// How long a refresh token that was used may be used again, in seconds; 0 for not at all.
    pub refresh_grace_s: u64,
    /// Life of a sign-in however often it is renewed, in seconds.
    pub sign_in_ttl_s: u64,
    /// The code that makes an account the first owner's, for set-up without a person; by default one is made at each start
    /// until there is an owner.
    pub setup_code: Option<Secret>,
    /// Whether registration is open to all, as a member of the first workspace, once the gateway has its owner.
    pub open_registration: bool,
    /// The page on which people accept invitations; by default the console's, where `public_url` says where that is.
    pub invitation_page: Option<PublicUrl>,
    /// The OpenID provider that people sign in with; `None` for none.
    pub oidc: Option<OidcConfig>,
    /// What it costs to hash a password. For host programs and tests; no file can change it.
    #[serde(skip)]
    pub password_cost: PasswordCost,
}

/// The cost of Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            issuer: "astra".into(),
            audience: "astra".into(),
            jwt_secret: None,
            jwt_secret_prev: None,
            access_token_ttl_s: 900,
            refresh_token_ttl_s: 30 * 24 * 3600,
            refresh_grace_s: 30,
            sign_in_ttl_s: 90 * 24 * 3600,
            setup_code: None,
            open_registration: false,
            invitation_page: None,
            oidc: None,
            password_cost: PasswordCost::default(),
        }
    }
}

impl Default for PasswordCost {
    /// The first choice of OWASP's Password Storage Cheat Sheet.
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2 }
    }
}

impl AuthConfig {
    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        for (key, secret) in [("auth.jwt_secret", &self.jwt_secret), ("auth.jwt_secret_prev", &self.jwt_secret_prev)] {
            let Some(secret) = secret else { continue };
            if let Some(detail) = weakness(secret.expose()) {
                refuse(key, detail);
            }
        }
        if self.jwt_secret_prev.is_some() && self.jwt_secret.is_none() {
            refuse("auth.jwt_secret_prev", "needs auth.jwt_secret beside it".into());
        }
        if self.refresh_grace_s > REFRESH_GRACE_MAX_S {
            refuse("auth.refresh_grace_s", format!("must be at most {REFRESH_GRACE_MAX_S}"));
        }
        if let Some(detail) = self.setup_code.as_ref().and_then(|code| setup_code_fault(code.expose())) {
            refuse("auth.setup_code", detail);
        }
        let at_least = [
            ("auth.access_token_ttl_s", self.access_token_ttl_s),
            ("auth.refresh_token_ttl_s", self.refresh_token_ttl_s),
            ("auth.sign_in_ttl_s", self.sign_in_ttl_s),
        ];
        at_least_one(&at_least, refuse);
        let at_most_ten_years = [
            ("auth.access_token_ttl_s", self.access_token_ttl_s),
            ("auth.refresh_token_ttl_s", self.refresh_token_ttl_s),
            ("auth.sign_in_ttl_s", self.sign_in_ttl_s),
        ];
        for (key, value) in at_most_ten_years {
            if value > TEN_YEARS_S {
                refuse(key, format!("must be at most {TEN_YEARS_S}, which is ten years"));
            }
        }
    }
}

fn setup_code_fault(code: &str) -> Option<String> {
    if !SETUP_CODE_BYTES.contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_graphic()) {
        let (least, most) = (SETUP_CODE_BYTES.start(), SETUP_CODE_BYTES.end());
        return Some(format!(
            "must have {least} to {most} printable characters without spaces: openssl rand -hex 16 makes one"
        ));
    }
    is_repetition(code.as_bytes()).then(|| "is a repetition: openssl rand -hex 16 makes a good one".into())
}

fn weakness(secret: &str) -> Option<String> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric().then(|| char::from(byte.to_ascii_lowercase()));
    let mut rest: String = secret.as_bytes().iter().filter_map(plain).collect();
    for sample in SAMPLE_SECRETS {
        rest = rest.replace(sample, "");
    }
    if secret.len() < SECRET_BYTES_MIN {
        Some(format!(
            "has {} bytes; HS256 needs at least {SECRET_BYTES_MIN}: openssl rand -base64 32 makes one",
            secret.len()
        ))
    } else if rest.len() < 8 || is_repetition(secret.as_bytes()) {
        Some("is a sample or a repetition, which can be guessed: openssl rand -base64 32 makes a good one".into())
    } else {
        None
    }
}

/// Whether the secret is a shorter one, over and over.
fn is_repetition(secret: &[u8]) -> bool {
    (1..=secret.len() / 2).any(|length| secret.iter().zip(&secret[length..]).all(|(one, next)| one == next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_and_repetitions_are_weak_and_random_text_is_not() {
        for weak in [
            "short",
            "change-me-change-me-change-me-change-me",
            "your-256-bit-secret-your-256-bit-secret",
            "supersecretkeysupersecretkey_supersecretkey",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "0123456789abcdef0123456789abcdef",
            "--------------------------------0",
        ] {
            assert!(weakness(weak).is_some(), "{weak}");
        }
        for good in ["QJ1rN0S8m6U5o0l7j3xv8TqzM1cYw2Zr4aB9dEfGhIk=", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c"]
        {
            assert_eq!(weakness(good), None, "{good}");
        }
    }
}
