//! A sign-in that was begun and not finished: a random number, an end and what it is for, which the browser keeps in a
//! cookie. State, nonce and code verifier are made of all three by the master key, so that every gateway of the
//! installation can finish what another one began, nothing is kept of sign-ins that are never finished, and the cookie
//! alone tells none of the three.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::COOKIE;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::auth::master_key::MasterKey;
use crate::auth::random::{hash, secret};
use crate::store;

/// How long a sign-in may take, in seconds.
pub(in crate::auth) const ATTEMPT_LIFE_S: i64 = 600;
/// 256 bits in base64url.
const SECRET_CHARACTERS: usize = 43;
/// What the cookie of a sign-in for the console ends with.
const FOR_CONSOLE: &str = ".console";

/// A sign-in that was begun.
pub(in crate::auth) struct Attempt {
    secret: String,
    ends_at_s: i64,
    is_for_console: bool,
}

impl Attempt {
    /// A new one.
    pub(in crate::auth) fn begin(is_for_console: bool, now_ms: i64) -> store::Result<Self> {
        let secret = secret().map_err(store::Error::broken)?;
        let ends_at_s = now_ms.div_euclid(1_000).saturating_add(ATTEMPT_LIFE_S);
        Ok(Self { secret, ends_at_s, is_for_console })
    }

    /// The one of `state` among the cookies of this name, if it has not ended.
    pub(in crate::auth) fn find(
        headers: &HeaderMap,
        name: &str,
        (key, state): (&MasterKey, &str),
        now_ms: i64,
    ) -> Option<Self> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut attempts = pairs.filter(|(own, _)| *own == name).filter_map(|(_, value)| Self::read(value));
        attempts.find(|attempt| attempt.is_of(key, state) && now_ms < attempt.ends_at_ms())
    }

    fn read(value: &str) -> Option<Self> {
        let (value, is_for_console) = value.strip_suffix(FOR_CONSOLE).map_or((value, false), |value| (value, true));
        let (ends_at_s, secret) = value.split_once('.')?;
        let is_sound = secret.len() == SECRET_CHARACTERS
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let ends_at_s = ends_at_s.parse().ok().filter(|_| is_sound)?;
        Some(Self { secret: secret.to_owned(), ends_at_s, is_for_console })
    }

    /// As the cookie has it.
    pub(in crate::auth) fn value(&self) -> String {
        let end = if self.is_for_console { FOR_CONSOLE } else { "" };
        format!("{}.{}{end}", self.ends_at_s, self.secret)
    }

    /// Whether the browser goes to the console when the sign-in is finished.
    pub(in crate::auth) const fn is_for_console(&self) -> bool {
        self.is_for_console
    }

    /// When it ends, in milliseconds since the epoch.
    pub(in crate::auth) const fn ends_at_ms(&self) -> i64 {
        self.ends_at_s.saturating_mul(1_000)
    }

    /// When it began, in seconds since the epoch.
    pub(in crate::auth) const fn began_at_s(&self) -> i64 {
        self.ends_at_s.saturating_sub(ATTEMPT_LIFE_S)
    }

    /// What the provider sends back with the browser.
    pub(in crate::auth) fn state(&self, key: &MasterKey) -> String {
        self.derived(key, "oidc-state")
    }

    /// What the provider puts into the ID token.
    pub(in crate::auth) fn nonce(&self, key: &MasterKey) -> String {
        self.derived(key, "oidc-nonce")
    }

    /// What the gateway shows for the code, and the browser never has (RFC 7636).
    pub(in crate::auth) fn code_verifier(&self, key: &MasterKey) -> String {
        self.derived(key, "oidc-code-verifier")
    }

    /// The verifier's hash, by the method S256.
    pub(in crate::auth) fn code_challenge(&self, key: &MasterKey) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.code_verifier(key)))
    }

    /// By which it is known to be finished.
    pub(in crate::auth) fn hash(&self, key: &MasterKey) -> [u8; 32] {
        hash(&self.state(key))
    }

    fn is_of(&self, key: &MasterKey, state: &str) -> bool {
        self.state(key).as_bytes().ct_eq(state.as_bytes()).into()
    }

    fn derived(&self, key: &MasterKey, purpose: &str) -> String {
        let ends_at_s = self.ends_at_s.to_le_bytes();
        let parts: [&[u8]; 3] = [self.secret.as_bytes(), &ends_at_s, FOR_CONSOLE.as_bytes()];
        let parts = if self.is_for_console { &parts[..] } else { &parts[..2] };
        URL_SAFE_NO_PAD.encode(key.derive(purpose, parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    const NOW_MS: i64 = 1_795_467_600_000;

    fn key(letter: char) -> MasterKey {
        let configured = Secret::new(base64::engine::general_purpose::STANDARD.encode([letter as u8; 32]));
        MasterKey::load(Some(&configured), std::path::Path::new("/nowhere")).unwrap()
    }

    fn cookie(line: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, line.parse().unwrap())])
    }

    #[test]
    fn a_sign_in_is_found_by_its_state_until_it_ends() {
        let (key, attempt) = (key('a'), Attempt::begin(false, NOW_MS).unwrap());
        let (state, value) = (attempt.state(&key), attempt.value());
        let headers = cookie(&format!("other=1; name={value}x; name={value}"));
        let find = |name: &str, state: &str, now_ms| Attempt::find(&headers, name, (&key, state), now_ms);
        let end_ms = NOW_MS + ATTEMPT_LIFE_S * 1_000;
        let found = find("name", &state, end_ms - 1).unwrap();
        assert_eq!((found.nonce(&key), found.ends_at_ms()), (attempt.nonce(&key), end_ms));
        assert!(find("name", &state, end_ms).is_none());
        assert!(find("name", &attempt.nonce(&key), NOW_MS).is_none());
        assert!(find("other", &state, NOW_MS).is_none());
        assert!(Attempt::find(&HeaderMap::new(), "name", (&key, &state), NOW_MS).is_none());
    }

    #[test]
    fn what_a_sign_in_is_for_cannot_be_changed() {
        let key = key('a');
        for is_for_console in [false, true] {
            let attempt = Attempt::begin(is_for_console, NOW_MS).unwrap();
            let (state, value) = (attempt.state(&key), attempt.value());
            let found = Attempt::find(&cookie(&format!("name={value}")), "name", (&key, &state), NOW_MS).unwrap();
            assert_eq!((found.is_for_console(), found.value()), (is_for_console, value.clone()));
            let other = value.strip_suffix(".console").map_or_else(|| format!("{value}.console"), str::to_owned);
            assert!(Attempt::find(&cookie(&format!("name={other}")), "name", (&key, &state), NOW_MS).is_none());
        }
    }

    #[test]
    fn an_end_cannot_be_moved_and_another_key_makes_another_state() {
        let (own, attempt) = (key('a'), Attempt::begin(false, NOW_MS).unwrap());
        let state = attempt.state(&own);
        let later = cookie(&format!("name={}.{}", attempt.ends_at_s + 1, attempt.secret));
        assert!(Attempt::find(&later, "name", (&own, &state), NOW_MS).is_none());
        let same = cookie(&format!("name={}", attempt.value()));
        assert!(Attempt::find(&same, "name", (&key('b'), &state), NOW_MS).is_none());
        let made = [attempt.state(&own), attempt.nonce(&own), attempt.code_verifier(&own)];
        assert!(made.iter().all(|text| text.len() == SECRET_CHARACTERS) && made[0] != made[1] && made[1] != made[2]);
    }
}
