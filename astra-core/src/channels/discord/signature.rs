//! The signature of interactions: Ed25519 over the time and the body
//! (<https://docs.discord.com/developers/interactions/overview>).

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use crate::channels::proof::{hex, hmac_sha256};

/// Whether `signature` is that of `at` and `body` by the private half of `public_key`; both are hexadecimal.
pub(super) fn is_good(public_key: &str, signature: &str, at: &str, body: &[u8]) -> bool {
    let (Some(key), Some(signature)) = (bytes::<32>(public_key), bytes::<64>(signature)) else { return false };
    UnparsedPublicKey::new(&ED25519, key).verify(&[at.as_bytes(), body].concat(), &signature).is_ok()
}

/// The bytes that exactly `2 * N` hexadecimal digits stand for.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = [0; N];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(bytes)
}

/// The key that a simulation signs with.
pub(super) fn seed(seed: &[u8; 32]) -> [u8; 32] {
    let mut key = [0; 32];
    for (byte, made) in key.iter_mut().zip(hmac_sha256(seed, &[b"discord"])) {
        *byte = made;
    }
    key
}

/// The public half of a key, in hexadecimal.
pub(super) fn public_key(seed: &[u8; 32]) -> String {
    Ed25519KeyPair::from_seed_unchecked(seed).map(|pair| hex(pair.public_key().as_ref())).unwrap_or_default()
}

/// The signature of `at` and `body`, in hexadecimal.
pub(super) fn sign(seed: &[u8; 32], at: &str, body: &[u8]) -> String {
    let signature = Ed25519KeyPair::from_seed_unchecked(seed).map(|pair| pair.sign(&[at.as_bytes(), body].concat()));
    signature.map(|signature| hex(signature.as_ref())).unwrap_or_default()
}
