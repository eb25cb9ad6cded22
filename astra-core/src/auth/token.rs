//! What a token says, how it is signed, and how a signature is held against the ring. Whether a well-signed token is
//! still good is the store's to say; see `standing.rs`.

use jsonwebtoken::{Header, Validation};
use serde::{Deserialize, Serialize};

use super::keys::Key;
use super::role::Role;
use crate::config::AuthConfig;
use crate::store;

/// How far the clocks of two gateways may be apart, in seconds.
const CLOCK_SKEW_S: i64 = 60;
/// Longer than any token of ours; what is longer is not looked at.
const TOKEN_BYTES_MAX: usize = 4096;

/// What a token says. A credential never grows: `role` and `scope` are ceilings, under which the account's present role
/// and scopes apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// For whom.
    pub aud: String,
    /// `usr_...` or `svc_...`
    pub sub: String,
    /// The workspace, `wsp_...`.
    pub wsp: String,
    /// What kind of credential it is.
    pub typ: TokenKind,
    /// The highest role that it gives.
    pub role: Role,
    /// The most that it may be used for, space-separated.
    pub scope: String,
    /// What it lives and dies with: a family (`fam_...`) or a service account's token (`tok_...`).
    pub jti: String,
    /// The generation of that token; 0 for a family.
    #[serde(rename = "gen")]
    pub generation: i64,
    /// When it was issued, in seconds since the epoch.
    pub iat: i64,
    /// When it ends, in seconds since the epoch.
    pub exp: i64,
    /// Before when it is not good, in seconds since the epoch. No token of ours has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The service account that speaks for the end user `sub` (RFC 8693).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
}

/// Who acts for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// `svc_...`
    pub sub: String,
}

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// A person's access token.
    User,
    /// A service account's own token, which is also its client secret.
    Service,
    /// What a service account got for its own token: short-lived, and no client secret.
    Client,
    /// What a service account got for one of its application's end users.
    EndUser,
}

/// A token that is good, and the key that made it so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// What it says.
    pub claims: Claims,
    /// The key that signs it. With the same key the same claims give the same token.
    pub kid: String,
}

/// Signs `claims` with `key`.
pub(super) fn sign(key: &Key, claims: &Claims) -> store::Result<String> {
    let mut header = Header::new(key.algorithm);
    header.kid = Some(key.kid.clone());
    jsonwebtoken::encode(&header, claims, &key.signs).map_err(store::Error::broken)
}

/// The name of the key that `token` says it is signed with; `None` for what is no token at all.
pub(super) fn key_name(token: &str) -> Option<String> {
    if token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    let header = jsonwebtoken::decode_header(token).ok()?;
    // Critical extensions must be understood (RFC 7515, 4.1.11), and we know none.
    if header.crit.is_some() { None } else { header.kid }
}

/// The claims of `token` if algorithm, signature, issuer, audience and time are right. There is one refusal for all that
/// can be wrong: a reason would only help a forger.
pub(super) fn verify(key: &Key, config: &AuthConfig, token: &str, now_ms: i64) -> Option<Claims> {
    // The key decides on the algorithm, never the token. Time is checked below, against our clock.
    let mut validation = Validation::new(key.algorithm);
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["iss", "aud"]);
    validation.set_issuer(&[&config.issuer]);
    validation.set_audience(&[&config.audience]);
    let claims = jsonwebtoken::decode::<Claims>(token, &key.verifies, &validation).ok()?.claims;
    (is_sound(&claims) && is_current(&claims, now_ms)).then_some(claims)
}

/// Whether the claims are such as this gateway makes: what names a row is short and printable, so that no look-up can
/// stumble over it. A holder of the shared secret may sign anything.
fn is_sound(claims: &Claims) -> bool {
    let is_plain = |name: &String| (1..=256).contains(&name.len()) && !name.chars().any(char::is_control);
    let actor = claims.act.as_ref().map(|actor| &actor.sub);
    [&claims.sub, &claims.wsp, &claims.jti].into_iter().chain(actor).all(is_plain)
}

/// Whether the claims are within their time.
fn is_current(claims: &Claims, now_ms: i64) -> bool {
    let now_s = now_ms.div_euclid(1000);
    now_s < claims.exp
        && claims.iat <= now_s + CLOCK_SKEW_S
        && claims.nbf.is_none_or(|from| from <= now_s + CLOCK_SKEW_S)
}
