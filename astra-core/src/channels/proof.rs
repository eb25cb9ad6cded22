//! What platforms prove requests by: comparisons in constant time, HMAC, and the window of time.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// A signed time may be so far away from now, in seconds.
const TOLERANCE_S: i64 = 300;

/// Whether two secrets, tokens or signatures are the same; how long this takes says nothing of where they differ. The
/// empty text is the same as nothing.
#[must_use]
pub fn is_same(one: impl AsRef<[u8]>, other: impl AsRef<[u8]>) -> bool {
    let (one, other) = (one.as_ref(), other.as_ref());
    !one.is_empty() && bool::from(one.ct_eq(other))
}

/// HMAC-SHA-256 of the parts, one after the other.
#[must_use]
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the signed time `at_s`, as text in seconds since the epoch, is within five minutes of `now_s`.
#[must_use]
pub fn is_near(at_s: &str, now_s: i64) -> bool {
    at_s.parse::<i64>().is_ok_and(|at_s| at_s.abs_diff(now_s) <= TOLERANCE_S.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_proves_nothing() {
        assert!(is_same("a", b"a") && !is_same("a", "b") && !is_same("a", "ab") && !is_same("", ""));
    }

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        let made = hex(&hmac_sha256(b"Jefe", &[b"what do ya ", b"want for nothing?"]));
        assert_eq!(made, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn times_are_near_within_five_minutes_both_ways() {
        assert!(is_near("1000", 1_300) && is_near("1300", 1_000));
        for far in ["999", "1601", "", "x", "1300.5", "99999999999999999999"] {
            assert!(!is_near(far, 1_300), "{far}");
        }
    }
}
