//! What makes an ID token good (OpenID Connect Core 1.0, 3.1.3.7): the signature by a key of the provider, and what it says of
//! issuer, audience, time and nonce.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use super::fault::OidcFault;
use super::keys::KeyName;

/// How far the provider's clock may be off, in seconds.
const CLOCK_SKEW_S: i64 = 60;
/// Longest ID token, in bytes.
const ID_TOKEN_BYTES_MAX: usize = 32 << 10;
/// Longest id of a person at the provider, in bytes; the standard has the same.
const SUBJECT_BYTES_MAX: usize = 255;

/// What an ID token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// When the sign-in began, in seconds since the epoch.
    pub(super) began_at_s: i64,
    /// Now, in seconds since the epoch.
    pub(super) now_s: i64,
}

/// The key that `token` says it is signed with.
///
/// # Errors
/// For an algorithm that is not RS256, ES256 or EdDSA, such as `none` and those with a shared secret.
pub(super) fn key_name(token: &str) -> Result<KeyName, OidcFault> {
    if token.len() > ID_TOKEN_BYTES_MAX {
        return Err(OidcFault::Wrong("its ID token is too large"));
    }
    let header = jsonwebtoken::decode_header(token).ok();
    // Critical extensions must be understood (RFC 7515, 4.1.11), and we know none.
    let header = header.filter(|header| {
        header.crit.is_none() && matches!(header.alg, Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA)
    });
    let header = header.ok_or(OidcFault::Wrong("its ID token is not signed by RS256, ES256 or EdDSA"))?;
    Ok(KeyName { kid: header.kid, algorithm: header.alg })
}

/// The claims of `token`, if `key` has signed it and they are as expected.
pub(super) fn verified(
    token: &str,
    (name, key): (&KeyName, &DecodingKey),
    expected: &Expected<'_>,
) -> Result<Map<String, Value>, OidcFault> {
    // All claims are checked below, against our clock.
    let mut validation = Validation::new(name.algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Map<String, Value>>(token, key, &validation);
    let claims = claims.map_err(|_| OidcFault::Wrong("the signature of its ID token is not good"))?.claims;
    match fault(&claims, expected) {
        Some(what) => Err(OidcFault::Wrong(what)),
        None => Ok(claims),
    }
}

/// What is wrong with the claims of an ID token that is well signed.
fn fault(claims: &Map<String, Value>, expected: &Expected<'_>) -> Option<&'static str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    let latest_s = expected.now_s.saturating_add(CLOCK_SKEW_S);
    let is_subject =
        |subject: &str| (1..=SUBJECT_BYTES_MAX).contains(&subject.len()) && !subject.chars().any(char::is_control);
    let rules = [
        (text("iss") == Some(expected.issuer), "its ID token has another issuer"),
        (is_for(claims, expected.client_id), "its ID token is for another client"),
        (
            seconds("exp").is_some_and(|exp| exp > expected.now_s.saturating_sub(CLOCK_SKEW_S)),
            "its ID token has expired",
        ),
        (
            seconds("iat")
                .is_some_and(|iat| iat <= latest_s && iat >= expected.began_at_s.saturating_sub(CLOCK_SKEW_S)),
            "its ID token was not issued during this sign-in: the clocks may differ",
        ),
        (
            claims.get("nbf").is_none_or(|nbf| nbf.as_i64().is_some_and(|nbf| nbf <= latest_s)),
            "its ID token is not good yet",
        ),
        (
            text("nonce").is_some_and(|nonce| nonce.as_bytes().ct_eq(expected.nonce.as_bytes()).into()),
            "its ID token is of another sign-in",
        ),
        (text("sub").is_some_and(is_subject), "its ID token names no person"),
    ];
    rules.into_iter().find(|(holds, _)| !holds).map(|(_, what)| what)
}

/// Whether the token is for `client`, which is the authorized party where one is named or several are addressed.
fn is_for(claims: &Map<String, Value>, client: &str) -> bool {
    let (is_addressed, is_one) = match claims.get("aud") {
        Some(Value::String(audience)) => (audience == client, true),
        Some(Value::Array(audiences)) => (audiences.iter().any(|audience| audience == client), audiences.len() == 1),
        _ => (false, false),
    };
    is_addressed && claims.get("azp").map_or(is_one, |party| party == client)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW_S: i64 = 1_795_467_600;

    fn expected() -> Expected<'static> {
        let (issuer, client_id, nonce) = ("https://id.example.com", "astra", "n-1");
        Expected { issuer, client_id, nonce, began_at_s: NOW_S - 30, now_s: NOW_S }
    }

    fn fault_of(change: &Value) -> Option<&'static str> {
        let mut claims = json!({"iss": "https://id.example.com", "sub": "1", "aud": "astra", "nonce": "n-1",
            "iat": NOW_S, "exp": NOW_S + 300});
        for (name, value) in change.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().shift_remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        fault(claims.as_object().unwrap(), &expected())
    }

    #[test]
    fn claims_are_held_against_the_sign_in() {
        for good in [
            json!({}),
            json!({"aud": ["astra"]}),
            json!({"aud": ["astra", "other"], "azp": "astra"}),
            json!({"azp": "astra"}),
            json!({"exp": NOW_S - 59}),
            json!({"iat": NOW_S + 60}),
            json!({"iat": NOW_S - 90}),
            json!({"nbf": NOW_S}),
        ] {
            assert_eq!(fault_of(&good), None, "{good}");
        }
        for wrong in [
            json!({"iss": "https://id.example.com/"}),
            json!({"iss": null}),
            json!({"aud": "other"}),
            json!({"aud": []}),
            json!({"aud": null}),
            json!({"aud": ["astra", "other"]}),
            json!({"azp": "other"}),
            json!({"azp": 1}),
            json!({"exp": NOW_S - 60}),
            json!({"exp": null}),
            json!({"exp": "9999999999"}),
            json!({"iat": NOW_S + 61}),
            json!({"iat": NOW_S - 91}),
            json!({"iat": null}),
            json!({"nbf": NOW_S + 61}),
            json!({"nonce": "n-2"}),
            json!({"nonce": null}),
            json!({"sub": ""}),
            json!({"sub": null}),
            json!({"sub": "a\nb"}),
            json!({"sub": "x".repeat(256)}),
        ] {
            assert!(fault_of(&wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn only_asymmetric_signatures_count() {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let token = |header: Value| format!("{}.e30.c2ln", URL_SAFE_NO_PAD.encode(header.to_string()));
        for alg in ["none", "None", "HS256", "HS512", "RS512", "PS256", "ES384"] {
            assert!(key_name(&token(json!({"alg": alg}))).is_err(), "{alg}");
        }
        assert!(key_name(&token(json!({"alg": "RS256", "crit": ["b64"]}))).is_err());
        assert!(key_name("").is_err());
        let named = key_name(&token(json!({"alg": "ES256", "kid": "one"}))).unwrap();
        assert_eq!(named, KeyName { kid: Some("one".into()), algorithm: Algorithm::ES256 });
    }
}
