//! What jsonwebtoken signs and verifies with: ring, which TLS brings in anyway. It signs with HMAC and Ed25519, as this
//! gateway does, and verifies every algorithm that jsonwebtoken knows, as a host program in the same process may need.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind, Result};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::hmac;
use ring::signature::{self as public, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

/// Chooses ring for jsonwebtoken, unless the host program has chosen something else.
pub(super) fn choose() {
    const PROVIDER: &CryptoProvider = &CryptoProvider {
        signer_factory: signer,
        verifier_factory: verifier,
        // A key is described by its own type here (`keys.rs`), never by jsonwebtoken.
        key_utils: KeyUtils {
            rsa_pub_components_from_private_key: |_| Err(unsupported()),
            rsa_pub_components_from_public_key: |_| Err(unsupported()),
            ec_pub_components_from_private_key: |_, _| Err(unsupported()),
            ed_pub_components_from_private_key: |_, _| Err(unsupported()),
            compute_digest: |_, _| Err(unsupported()),
        },
    };
    let _ = PROVIDER.install_default();
}

/// The 32 bytes of the public half of the Ed25519 key `seed`.
pub(super) fn public_half(seed: &[u8; 32]) -> Option<Vec<u8>> {
    Ed25519KeyPair::from_seed_unchecked(seed).ok().map(|pair| pair.public_key().as_ref().to_vec())
}

fn unsupported() -> Error {
    ErrorKind::UnsupportedAlgorithm.into()
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    let signs = match algorithm {
        Algorithm::EdDSA => Signs::Ed25519(
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.as_bytes())
                .map_err(|_| Error::from(ErrorKind::InvalidEddsaKey))?,
        ),
        hash => Signs::Hmac(hmac::Key::new(hmac_algorithm(*hash).ok_or_else(unsupported)?, key.as_bytes())),
    };
    Ok(Box::new(SigningKey { algorithm: *algorithm, signs }))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    Ok(Box::new(VerifyingKey { algorithm: *algorithm, key: key.clone() }))
}

const fn hmac_algorithm(algorithm: Algorithm) -> Option<hmac::Algorithm> {
    match algorithm {
        Algorithm::HS256 => Some(hmac::HMAC_SHA256),
        Algorithm::HS384 => Some(hmac::HMAC_SHA384),
        Algorithm::HS512 => Some(hmac::HMAC_SHA512),
        _ => None,
    }
}

struct SigningKey {
    algorithm: Algorithm,
    signs: Signs,
}

enum Signs {
    Ed25519(Ed25519KeyPair),
    Hmac(hmac::Key),
}

impl JwtSigner for SigningKey {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl Signer<Vec<u8>> for SigningKey {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        Ok(match &self.signs {
            Signs::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Signs::Hmac(key) => hmac::sign(key, message).as_ref().to_vec(),
        })
    }
}

struct VerifyingKey {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl JwtVerifier for VerifyingKey {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl Verifier<Vec<u8>> for VerifyingKey {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        let verified = match (hmac_algorithm(self.algorithm), rsa_parameters(self.algorithm), self.key.kind()) {
            (Some(algorithm), _, DecodingKeyKind::SecretOrDer(secret)) => {
                hmac::verify(&hmac::Key::new(algorithm, secret), message, signature)
            }
            (None, Some(parameters), DecodingKeyKind::RsaModulusExponent { n, e }) => {
                public::RsaPublicKeyComponents { n, e }.verify(parameters, message, signature)
            }
            (None, Some(parameters), DecodingKeyKind::SecretOrDer(der)) => {
                UnparsedPublicKey::new(parameters, der).verify(message, signature)
            }
            (None, None, DecodingKeyKind::SecretOrDer(point)) => match self.algorithm {
                Algorithm::EdDSA => UnparsedPublicKey::new(&public::ED25519, point).verify(message, signature),
                Algorithm::ES256 => {
                    UnparsedPublicKey::new(&public::ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
                }
                Algorithm::ES384 => {
                    UnparsedPublicKey::new(&public::ECDSA_P384_SHA384_FIXED, point).verify(message, signature)
                }
                _ => Err(ring::error::Unspecified),
            },
            _ => Err(ring::error::Unspecified),
        };
        verified.map_err(|_| signature::Error::new())
    }
}

fn rsa_parameters(algorithm: Algorithm) -> Option<&'static public::RsaParameters> {
    Some(match algorithm {
        Algorithm::RS256 => &public::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 => &public::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &public::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 => &public::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &public::RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &public::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hexadecimal(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal")).collect()
    }

    /// RFC 8037, appendix A.4: the key and the signature of a token.
    #[test]
    fn ed25519_is_that_of_the_standard() {
        let seed = hexadecimal("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let seed: [u8; 32] = seed.try_into().expect("32 bytes");
        let public = public_half(&seed).expect("a key");
        assert_eq!(public, hexadecimal("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature = signer(&Algorithm::EdDSA, &super::super::keys::ed25519(&seed)).expect("a signer");
        let signature = signature.try_sign(message).expect("a signature");
        let expected = "860c98d2297f3060a33f42739672d61b53cf3adefed3d3c672f320dc021b411e\
            9d59b8628dc351e248b88b29468e0e41855b0fb7d83bb15be902bfccb8cd0a02";
        assert_eq!(signature, hexadecimal(expected));
        let verifies = verifier(&Algorithm::EdDSA, &DecodingKey::from_ed_der(&public)).expect("a verifier");
        assert!(verifies.verify(message, &signature).is_ok());
        assert!(verifies.verify(b"another message", &signature).is_err());
        let damaged = signature.iter().map(|byte| byte ^ 1).collect();
        assert!(verifies.verify(message, &damaged).is_err());
        assert!(verifies.verify(message, &Vec::new()).is_err());
    }

    /// RFC 4231, test case 2.
    #[test]
    fn hmac_is_that_of_the_standard() {
        let (secret, message) = (b"Jefe", b"what do ya want for nothing?");
        let signature = signer(&Algorithm::HS256, &EncodingKey::from_secret(secret)).expect("a signer");
        let signature = signature.try_sign(message).expect("a signature");
        assert_eq!(signature, hexadecimal("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
        let verifies = verifier(&Algorithm::HS256, &DecodingKey::from_secret(secret)).expect("a verifier");
        assert!(verifies.verify(message, &signature).is_ok());
        assert!(verifies.verify(message, &signature[..31].to_vec()).is_err());
    }

    #[test]
    fn a_key_of_another_family_is_refused() {
        let secret = EncodingKey::from_secret(b"secret");
        assert!(signer(&Algorithm::EdDSA, &secret).is_err());
        assert!(signer(&Algorithm::RS256, &EncodingKey::from_rsa_der(b"key")).is_err());
        assert!(verifier(&Algorithm::HS256, &DecodingKey::from_ed_der(&[0; 32])).is_err());
    }
}
