//! The keys that tokens are signed with: a ring of Ed25519 keys kept in the store, or a shared secret (HS256). Each key
//! has one algorithm, and no token can choose another.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

use super::master_key::MasterKey;
use super::random::{hash, hex, random};
use super::signatures;
use crate::config::AuthConfig;
use crate::store::keys::SigningKey;
use crate::store::{self, Db};

/// What Ed25519 private keys are sealed for, together with their `kid`.
const PURPOSE: &str = "signing-key";
/// PKCS #8 (RFC 8410) of an Ed25519 private key, up to the 32 bytes of the key itself.
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// One key, ready for use.
pub(super) struct Key {
    pub(super) kid: String,
    pub(super) algorithm: Algorithm,
    pub(super) signs: EncodingKey,
    pub(super) verifies: DecodingKey,
}

/// The keys of a moment; the first one signs.
pub(super) struct KeyRing {
    /// The epoch at which the ring was read.
    pub(super) epoch: i64,
    pub(super) keys: Vec<Key>,
    pub(super) public: Vec<PublicKey>,
}

/// The public facts of a signing key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PublicKey {
    /// Its name: the JWK thumbprint (RFC 7638).
    pub kid: String,
    /// Ed25519, 32 bytes in base64url.
    pub x: String,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// When another key took over, in milliseconds since the epoch; `None` for the one that signs.
    pub retired_at: Option<i64>,
}

/// Key material that cannot be used.
#[derive(Debug)]
pub(super) struct Unusable(String);

impl fmt::Display for Unusable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<Unusable> for store::Error {
    fn from(fault: Unusable) -> Self {
        Self::Incompatible(fault.0)
    }
}

/// A new Ed25519 key, sealed.
pub(super) fn generate(master: &MasterKey, now_ms: i64) -> store::Result<SigningKey> {
    let seed = random::<32>().map_err(store::Error::broken)?;
    let (kid, public_key) = describe(&seed).map_err(store::Error::from)?;
    let sealed_key = master.seal(&format!("{PURPOSE}:{kid}"), &seed).map_err(store::Error::broken)?;
    Ok(SigningKey { kid, public_key, sealed_key, created_at: now_ms, retired_at: None })
}

/// The ring that `config` asks for.
pub(super) async fn load(db: &Db, config: &AuthConfig, master: &MasterKey, now_ms: i64) -> store::Result<KeyRing> {
    // The epoch comes first: a ring that is newer than its epoch is read again, one that is older never.
    let epoch = db.auth_epoch().await?;
    if let Some(secret) = &config.jwt_secret {
        let secrets = [Some(secret), config.jwt_secret_prev.as_ref()];
        let keys = secrets.into_iter().flatten().map(|secret| shared(secret.expose())).collect();
        return Ok(KeyRing { epoch, keys, public: Vec::new() });
    }
    let mut rows = db.signing_keys().await?;
    if rows.is_empty() {
        rows = db.ensure_signing_key(generate(master, now_ms)?).await?;
    }
    let keys = rows.iter().map(|row| unseal(row, master)).collect::<Result<Vec<_>, _>>()?;
    let public = rows.into_iter().map(PublicKey::from).collect();
    Ok(KeyRing { epoch, keys, public })
}

/// Why `rows` cannot be unsealed by `master`, which is `None` if a new one would be made; `None` if they can.
pub(crate) fn signing_keys_fault(rows: &[SigningKey], master: Option<&MasterKey>) -> Option<String> {
    let fault = |row: &SigningKey| match master {
        Some(master) => unseal(row, master).err(),
        None => Some(sealed_otherwise(row)),
    };
    rows.iter().find_map(fault).map(|fault| fault.0)
}

fn sealed_otherwise(row: &SigningKey) -> Unusable {
    Unusable(format!(
        "the signing key {} in the store was sealed with another master key: give this gateway the master_key (ASTRA_MASTER_KEY), or the file master.key in its data folder, of the gateway that made this store",
        row.kid
    ))
}

impl KeyRing {
    /// The key that signs.
    pub(super) fn signing(&self) -> store::Result<&Key> {
        self.keys.first().ok_or_else(|| store::Error::Broken("the ring of signing keys is empty".into()))
    }

    pub(super) fn find(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid == kid)
    }
}

fn shared(secret: &str) -> Key {
    Key {
        kid: format!("hs256-{}", hex(&hash(&format!("kid:{secret}"))[..8])),
        algorithm: Algorithm::HS256,
        signs: EncodingKey::from_secret(secret.as_bytes()),
        verifies: DecodingKey::from_secret(secret.as_bytes()),
    }
}

fn unseal(row: &SigningKey, master: &MasterKey) -> Result<Key, Unusable> {
    let seed = master.open(&format!("{PURPOSE}:{}", row.kid), &row.sealed_key);
    let seed: Option<[u8; 32]> = seed.and_then(|seed| seed.try_into().ok());
    let seed = seed.ok_or_else(|| sealed_otherwise(row))?;
    let signs = ed25519(&seed);
    let verifies = DecodingKey::from_ed_components(&row.public_key)
        .map_err(|fault| Unusable(format!("the signing key {} in the store is damaged: {fault}", row.kid)))?;
    Ok(Key { kid: row.kid.clone(), algorithm: Algorithm::EdDSA, signs, verifies })
}

/// The key `seed` as jsonwebtoken signs with it.
pub(super) fn ed25519(seed: &[u8; 32]) -> EncodingKey {
    EncodingKey::from_ed_der(&[PKCS8_PREFIX.as_slice(), seed].concat())
}

/// The thumbprint (RFC 7638, over the members that RFC 8037 names) and the public half of the key `seed`.
fn describe(seed: &[u8; 32]) -> Result<(String, String), Unusable> {
    let public = signatures::public_half(seed).ok_or_else(|| Unusable("a new signing key cannot be used".into()))?;
    let x = URL_SAFE_NO_PAD.encode(public);
    let kid = URL_SAFE_NO_PAD.encode(hash(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)));
    Ok((kid, x))
}

impl From<SigningKey> for PublicKey {
    fn from(row: SigningKey) -> Self {
        Self { kid: row.kid, x: row.public_key, created_at: row.created_at, retired_at: row.retired_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.3.
    #[test]
    fn a_thumbprint_is_that_of_the_standard() {
        let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
        let seed = URL_SAFE_NO_PAD.decode(seed).expect("base64url").try_into().expect("32 bytes");
        let (kid, x) = describe(&seed).expect("a key");
        assert_eq!(x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}
