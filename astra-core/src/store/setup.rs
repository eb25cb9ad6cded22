//! The set-up code, which makes an account the first owner's: its hash is kept until there is an owner.

use subtle::ConstantTimeEq;

use super::db::Db;
use super::error::Result;
use super::families::SecretHash;
use super::tx::Tx;
use crate::params;

impl Db {
    /// Whether any workspace has an owner, who is a person or a service account.
    pub async fn has_owner(&self) -> Result<bool> {
        self.read(has_owner).await
    }

    /// Whether `code_hash` is the hash of the present set-up code.
    pub async fn is_setup_code(&self, code_hash: SecretHash) -> Result<bool> {
        self.read(move |tx| is_code(tx, &code_hash)).await
    }

    /// Puts the hash of a set-up code in the place of the last one; false if there is an owner, who needs none.
    pub async fn replace_setup_code(&self, code_hash: SecretHash, now_ms: i64) -> Result<bool> {
        self.write(move |tx| {
            tx.lock_accounts()?;
            if has_owner(tx)? {
                end(tx)?;
                return Ok(false);
            }
            let sql = "INSERT INTO setup_codes (name, code_hash, created_at) VALUES ('owner', $1, $2)
                ON CONFLICT (name) DO UPDATE SET code_hash = excluded.code_hash, created_at = excluded.created_at";
            tx.execute(sql, params![code_hash.as_slice(), now_ms])?;
            Ok(true)
        })
        .await
    }
}

pub(super) fn has_owner(tx: &mut Tx<'_>) -> Result<bool> {
    let sql = "SELECT 1 WHERE EXISTS (SELECT 1 FROM memberships WHERE role = 'owner')
        OR EXISTS (SELECT 1 FROM service_accounts WHERE role = 'owner')";
    Ok(tx.first(sql, params![])?.is_some())
}

/// Whether `code_hash` is the hash of the present code; compared in constant time.
pub(super) fn is_code(tx: &mut Tx<'_>, code_hash: &SecretHash) -> Result<bool> {
    let kept = tx.first("SELECT code_hash FROM setup_codes WHERE name = 'owner'", params![])?;
    let kept = kept.map(|mut row| row.next_bytes()).transpose()?;
    Ok(kept.is_some_and(|kept| kept.as_slice().ct_eq(code_hash.as_slice()).into()))
}

/// There is an owner now: no code makes another one.
pub(super) fn end(tx: &mut Tx<'_>) -> Result<()> {
    tx.unscoped().execute("DELETE FROM setup_codes", params![]).map(drop)
}

/// As [`end`], if `role` is the owner's. Registrations wait until this transaction has ended.
pub(super) fn end_with(tx: &mut Tx<'_>, role: &str) -> Result<()> {
    if role != "owner" {
        return Ok(());
    }
    tx.lock_accounts()?;
    end(tx)
}
