//! The digest of a server's certificate to which SCRAM binds a password (`tls-server-end-point`, RFC 5929, 4.1).

use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// Of RSA's signatures (RFC 8017, A.2.4), but for the last byte.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
/// Of ECDSA's (RFC 3279, 2.2.3): with SHA-1, and with its successors (RFC 5758, 3.2) but for the last byte.
const ECDSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];

/// The digest of `certificate`, in DER, by the hash that its signature uses, or by SHA-256 where that is weaker; `None`
/// where the signature does not name its hash, as Ed25519's.
pub(super) fn digest(certificate: &[u8]) -> Option<Vec<u8>> {
    let (fields, _) = element(certificate)?;
    let (_, rest) = element(fields)?;
    let (signature, _) = element(rest)?;
    let (algorithm, _) = element(signature)?;
    let (family, last) = algorithm.split_at_checked(algorithm.len().checked_sub(1)?)?;
    match (family, last) {
        (RSA, [4 | 5 | 11]) | (ECDSA, [2]) => Some(Sha256::digest(certificate).to_vec()),
        (RSA, [12]) | (ECDSA, [3]) => Some(Sha384::digest(certificate).to_vec()),
        (RSA, [13]) | (ECDSA, [4]) => Some(Sha512::digest(certificate).to_vec()),
        _ if algorithm == ECDSA_SHA1 => Some(Sha256::digest(certificate).to_vec()),
        _ => None,
    }
}

/// The content of the first element of `der`, and what follows it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = der.get(1..)?.split_first()?;
    if length < 0x80 {
        return rest.split_at_checked(length.into());
    }
    let (length, rest) = rest.split_at_checked(usize::from(length & 0x7f)).filter(|(length, _)| length.len() <= 4)?;
    let length = length.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element with `content`.
    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).expect("a small one").to_be_bytes();
        [&[tag, 0x82], length.as_slice(), content].concat()
    }

    fn certificate(algorithm: &[u8]) -> Vec<u8> {
        let signature = der(0x30, &der(0x06, algorithm));
        der(0x30, &[der(0x30, &[7; 300]), signature, der(0x03, &[0; 64])].concat())
    }

    #[test]
    fn the_signature_says_which_hash() {
        for (family, last, bytes) in
            [(RSA, 5, 32), (RSA, 11, 32), (RSA, 12, 48), (RSA, 13, 64), (ECDSA, 2, 32), (ECDSA, 3, 48), (ECDSA, 4, 64)]
        {
            let certificate = certificate(&[family, &[last]].concat());
            assert_eq!(digest(&certificate).map(|digest| digest.len()), Some(bytes), "{family:?} {last}");
        }
        let weak = certificate(ECDSA_SHA1);
        assert_eq!(digest(&weak), Some(Sha256::digest(&weak).to_vec()));
        assert_eq!(digest(&certificate(&[0x2b, 0x65, 0x70])), None, "Ed25519");
        assert_eq!(digest(&certificate(&[RSA, &[10]].concat())), None, "RSA-PSS");
    }

    #[test]
    fn what_is_no_certificate_has_none() {
        let whole = certificate(&[RSA, &[11]].concat());
        for length in 0..300 {
            assert_eq!(digest(&whole[..length]), None, "{length}");
        }
        assert_eq!(digest(&[0x30, 0x89, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
