//! Signatures by the rules of Standard Webhooks: HMAC-SHA-256 of id, time and body.
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// What the text of a secret begins with.
const PREFIX: &str = "whsec_";
/// What a signature by HMAC-SHA-256 begins with.
const VERSION: &str = "v1";
/// A signed time may be so far away from now, in seconds.
const TOLERANCE_S: i64 = 300;
/// Shortest and longest key, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A key that signs. It never shows itself in a log or a debug print.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

/// What a receiver finds out about a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A holder of the secret has signed it, lately.
    Good,
    /// None of the signatures is good.
    WrongSignature,
    /// The time is none, or not within five minutes.
    WrongTime,
}

impl SigningSecret {
    /// The secret of these bytes.
    #[must_use]
    pub const fn new(key: Vec<u8>) -> Self {
        Self(key)
    }

    /// Reads `whsec_...`, with or without what it begins with.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let key = STANDARD.decode(text.strip_prefix(PREFIX).unwrap_or(text)).ok()?;
        KEY_BYTES.contains(&key.len()).then_some(Self(key))
    }

    /// `whsec_...`, as receivers keep it.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// The signature of a delivery: `v1,` and base64.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp_s: i64, body: &[u8]) -> String {
        format!("{VERSION},{}", STANDARD.encode(self.mac(id, &timestamp_s.to_string(), body)))
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
        // HMAC takes keys of every length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return Vec::new() };
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac.finalize().into_bytes().to_vec()
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningSecret(…)")
    }
}

/// What a receiver with `secret` finds out about a delivery with these values of `webhook-id`, `webhook-timestamp` and
/// `webhook-signature` at the time `now_s`, in seconds since the epoch.
#[must_use]
pub fn verify(secret: &SigningSecret, id: &str, timestamp: &str, signatures: &str, body: &[u8], now_s: i64) -> Verdict {
    let is_near = |at_s: i64| at_s.abs_diff(now_s) <= TOLERANCE_S.unsigned_abs();
    if !timestamp.parse().is_ok_and(is_near) {
        return Verdict::WrongTime;
    }
    let expected = secret.mac(id, timestamp, body);
    let is_good = |signature: &str| {
        let value = signature.split_once(',').filter(|(version, _)| *version == VERSION).map(|(_, value)| value);
        let value = value.and_then(|value| STANDARD.decode(value).ok()).unwrap_or_default();
        bool::from(value.ct_eq(&expected))
    };
    if signatures.split(' ').any(is_good) { Verdict::Good } else { Verdict::WrongSignature }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const AT_S: i64 = 1_614_265_330;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn the_example_of_the_specification_is_signed_as_it_says() {
        let secret = SigningSecret::parse(SECRET).unwrap();
        assert_eq!(secret.sign(ID, AT_S, BODY), SIGNATURE);
        assert_eq!((secret.text().as_str(), format!("{secret:?}").as_str()), (SECRET, "SigningSecret(…)"));
    }

    #[test]
    fn one_good_signature_of_several_is_enough_and_nothing_else_is() {
        let secret = SigningSecret::parse(SECRET).unwrap();
        let at = AT_S.to_string();
        let verdict = |signatures: &str, at: &str, now_s| verify(&secret, ID, at, signatures, BODY, now_s);
        for good in [SIGNATURE, &format!("v1,AAAA {SIGNATURE}"), &format!("{SIGNATURE} v1a,AAAA")] {
            assert_eq!(verdict(good, &at, AT_S), Verdict::Good, "{good}");
        }
        for bad in ["", "v1,", "v1,AAAA", &SIGNATURE.replace("v1", "v2"), &SIGNATURE[3..], &format!("x{SIGNATURE}")] {
            assert_eq!(verdict(bad, &at, AT_S), Verdict::WrongSignature, "{bad}");
        }
        assert_eq!(verify(&secret, "msg_other", &at, SIGNATURE, BODY, AT_S), Verdict::WrongSignature);
        assert_eq!(verify(&secret, ID, &at, SIGNATURE, b"{}", AT_S), Verdict::WrongSignature);
        for (at, now_s) in [("", AT_S), ("x", AT_S), (at.as_str(), AT_S + 301), (at.as_str(), AT_S - 301)] {
            assert_eq!(verdict(SIGNATURE, at, now_s), Verdict::WrongTime, "{at} {now_s}");
        }
        assert_eq!(verdict(SIGNATURE, &at, AT_S - 300), Verdict::Good);
    }

    #[test]
    fn short_long_and_other_texts_are_no_secrets() {
        let of = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        assert!(SigningSecret::parse(&of(24)).is_some() && SigningSecret::parse(&of(64)).is_some());
        for bad in [of(23), of(65), "whsec_".into(), "whsec_!".into(), String::new()] {
            assert_eq!(SigningSecret::parse(&bad), None, "{bad}");
        }
    }
}
