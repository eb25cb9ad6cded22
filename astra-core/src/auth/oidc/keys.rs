//! The keys that sign a provider's ID tokens (RFC 7517). A key has one algorithm, which is asymmetric, and no token can choose
//! another.

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// Most keys that are kept of a provider.
const KEYS_MAX: usize = 100;

/// Which key a token says it is signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyName {
    pub(super) kid: Option<String>,
    pub(super) algorithm: Algorithm,
}

/// The keys of a provider at a moment.
pub(super) struct Keys(Vec<Key>);

struct Key {
    name: KeyName,
    verifies: DecodingKey,
}

/// A set of keys as a provider publishes it. What is no key that this gateway knows is left out.
#[derive(Deserialize)]
pub(super) struct KeySet {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Keys {
    /// The keys of `set` that verify signatures.
    pub(super) fn of(set: KeySet) -> Self {
        let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).filter_map(Jwk::read);
        Self(keys.take(KEYS_MAX).collect())
    }

    /// The key of `name`. A token that names none is of the only key of its algorithm.
    pub(super) fn find(&self, name: &KeyName) -> Option<DecodingKey> {
        let mut fitting = self
            .0
            .iter()
            .filter(|key| key.name.algorithm == name.algorithm && (name.kid.is_none() || key.name.kid == name.kid));
        let found = fitting.next()?;
        (name.kid.is_some() || fitting.next().is_none()).then(|| found.verifies.clone())
    }
}

impl Jwk {
    fn read(self) -> Option<Key> {
        if self.purpose.as_ref().is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let (algorithm, name, verifies) = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", None) => {
                (Algorithm::RS256, "RS256", DecodingKey::from_rsa_components(self.n.as_ref()?, self.e.as_ref()?))
            }
            ("EC", Some("P-256")) => {
                (Algorithm::ES256, "ES256", DecodingKey::from_ec_components(self.x.as_ref()?, self.y.as_ref()?))
            }
            ("OKP", Some("Ed25519")) => (Algorithm::EdDSA, "EdDSA", DecodingKey::from_ed_components(self.x.as_ref()?)),
            _ => return None,
        };
        // RFC 9864 has names of its own for the algorithms of curves.
        let is_fitting = self.alg.as_ref().is_none_or(|alg| alg == name || (alg == "Ed25519" && name == "EdDSA"));
        let verifies = verifies.ok().filter(|_| is_fitting)?;
        Some(Key { name: KeyName { kid: self.kid, algorithm }, verifies })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(keys: Value) -> Keys {
        Keys::of(serde_json::from_value(json!({"keys": keys})).unwrap())
    }

    fn name(kid: Option<&str>, algorithm: Algorithm) -> KeyName {
        KeyName { kid: kid.map(str::to_owned), algorithm }
    }

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn a_key_is_found_by_its_name_and_its_own_algorithm() {
        let keys = keys(json!([
            {"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256", "n": "AQAB", "e": "AQAB"},
            {"kty": "OKP", "crv": "Ed25519", "kid": "two", "x": X},
            {"kty": "oct", "kid": "three", "k": "c2VjcmV0"},
            {"kty": "RSA", "kid": "four", "use": "enc", "n": "AQAB", "e": "AQAB"},
            {"kty": "RSA", "kid": "five", "alg": "HS256", "n": "AQAB", "e": "AQAB"},
            "six",
        ]));
        assert_eq!(keys.0.len(), 2);
        assert!(keys.find(&name(Some("one"), Algorithm::RS256)).is_some());
        assert!(keys.find(&name(None, Algorithm::EdDSA)).is_some());
        for (kid, algorithm) in [
            ("one", Algorithm::HS256),
            ("one", Algorithm::ES256),
            ("three", Algorithm::HS256),
            ("four", Algorithm::RS256),
        ] {
            assert!(keys.find(&name(Some(kid), algorithm)).is_none(), "{kid}");
        }
    }

    #[test]
    fn a_token_without_a_name_is_of_the_only_key() {
        let two = keys(json!([
            {"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": X},
            {"kty": "OKP", "crv": "Ed25519", "kid": "two", "x": X},
        ]));
        assert!(two.find(&name(None, Algorithm::EdDSA)).is_none());
        let many: Vec<Value> =
            (0..200).map(|number| json!({"kty": "OKP", "crv": "Ed25519", "kid": number.to_string(), "x": X})).collect();
        assert_eq!(keys(many.into()).0.len(), KEYS_MAX);
    }
}
