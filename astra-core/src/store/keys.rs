//! The signing keys of the key ring. The private halves come here sealed.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::audit::Target;
use super::db::Db;
use super::error::Result;
use super::idempotency::OnceKey;
use super::rows::Rows;
use super::tx::Tx;
use crate::params;

/// How long after a key was retired another gateway may have signed with it, by its own clock: five minutes.
const SIGNED_AFTER_MS: i64 = 5 * 60 * 1000;

/// A signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name in the headers of the tokens that it signs.
    pub kid: String,
    /// Ed25519, 32 bytes in base64url, as `x` of a JWK.
    pub public_key: String,
    /// The private half, sealed with the master key.
    pub sealed_key: Vec<u8>,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// When another key took over, in milliseconds since the epoch; `None` for the one that signs.
    pub retired_at: Option<i64>,
}

impl Db {
    /// All signing keys, newest first; the first is the one that signs.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>> {
        self.read(all).await
    }

    /// Takes `candidate` as the first key if there is none; answers the keys there are then. However many gateways
    /// start at once, one key is taken.
    pub async fn ensure_signing_key(&self, candidate: SigningKey) -> Result<Vec<SigningKey>> {
        self.write(move |tx| {
            tx.lock_accounts()?;
            if all(tx)?.is_empty() {
                insert(tx, &candidate)?;
            }
            all(tx)
        })
        .await
    }

    /// Removes the retired keys whose last token has expired; answers how many. `access_token_ms` is how long an access token
    /// lives. A token of a service account is signed when it is issued or rotated, and the generation before a rotation may
    /// have a grace.
    pub async fn delete_expired_signing_keys(&self, access_token_ms: i64, now_ms: i64) -> Result<u64> {
        self.write(move |tx| {
            let sql = "DELETE FROM signing_keys WHERE retired_at IS NOT NULL AND retired_at <= $1
                AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.expires_at > $2
                    AND COALESCE(t.rotated_at, t.created_at) <= signing_keys.retired_at + $3)
                AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.grace_until > $2)";
            let before_ms = now_ms.saturating_sub(access_token_ms).saturating_sub(SIGNED_AFTER_MS);
            let deleted = tx.execute(sql, params![before_ms, now_ms, SIGNED_AFTER_MS])?;
            if deleted > 0 {
                tx.end_credentials()?;
            }
            Ok(deleted)
        })
        .await
    }
}

/// The signing keys, as the callers of a workspace change them. Their rows belong to no workspace.
#[derive(Clone, Copy)]
pub struct SigningKeys<'a>(pub(super) &'a Rows);

impl SigningKeys<'_> {
    /// Lets `next` sign from now on. The one before it is retired and goes on verifying; with `revoke_old` all keys before it
    /// go, and no token that they signed is good any more. Answers what `receipt` makes of the key, which is what the
    /// idempotency key keeps.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn rotate<T>(
        self,
        next: SigningKey,
        revoke_old: bool,
        once: Option<OnceKey>,
        receipt: impl Fn(SigningKey) -> T + Send + Sync + 'static,
    ) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let (rows, actor) = (self.0, self.0.actor());
        let rotated = rows.write_once(once, next.created_at, move |tx| {
            rotate(tx, &next, revoke_old)?;
            let changes = if revoke_old { json!({"revoke_old": true}) } else { Json::Null };
            tx.audit(actor.as_deref(), Target { kind: "signing_key", id: &next.kid }, &changes)?;
            Ok(receipt(next.clone()))
        });
        rotated.await
    }
}

fn rotate(tx: &mut Tx<'_>, next: &SigningKey, revoke_old: bool) -> Result<()> {
    tx.lock_accounts()?;
    if revoke_old {
        tx.unscoped().execute("DELETE FROM signing_keys", params![])?;
    } else {
        let retire = "UPDATE signing_keys SET retired_at = $1 WHERE retired_at IS NULL";
        tx.unscoped().execute(retire, params![next.created_at])?;
    }
    insert(&mut tx.unscoped(), next)?;
    tx.end_credentials()
}

fn insert(tx: &mut Tx<'_>, key: &SigningKey) -> Result<()> {
    tx.execute(
        "INSERT INTO signing_keys (kid, public_key, sealed_key, created_at, retired_at) VALUES ($1, $2, $3, $4, NULL)",
        params![&key.kid, &key.public_key, key.sealed_key.as_slice(), key.created_at],
    )?;
    Ok(())
}

pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<SigningKey>> {
    let sql = "SELECT kid, public_key, sealed_key, created_at, retired_at FROM signing_keys
        ORDER BY CASE WHEN retired_at IS NULL THEN 0 ELSE 1 END, retired_at DESC, created_at DESC, kid DESC";
    let rows = tx.query(sql, params![])?;
    rows.into_iter()
        .map(|mut row| {
            Ok(SigningKey {
                kid: row.next_text()?,
                public_key: row.next_text()?,
                sealed_key: row.next_bytes()?,
                created_at: row.next_int()?,
                retired_at: row.next_optional_int()?,
            })
        })
        .collect()
}
