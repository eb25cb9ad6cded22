//! What a person changes of its own account: the password, and that there is an account. Both are held against the hash of
//! the password that the person has confirmed, so that of two changes at once one counts.

use serde_json::json;

use super::accounts::Accounts;
use super::actor::Target;
use super::error::{AccountRefusal, Result};
use super::families::SecretHash;
use super::memory_purge;
use super::tx::Tx;
use crate::params;

/// Another password for a person who is signed in.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    /// `usr_...`
    pub user_id: String,
    /// The hash of the present password.
    pub present_hash: String,
    /// The hash of the next one, Argon2id in PHC format.
    pub next_hash: String,
    /// The sign-in that goes on, `fam_...`.
    pub family_id: String,
    /// The network that stays known, as a keyed hash.
    pub network_hash: SecretHash,
}

impl Accounts<'_> {
    /// Gives a person another password and ends all other sign-ins, in every workspace: their tokens are refused from then
    /// on, and no other network counts as known. False if the password is not the present one any more.
    pub async fn change_password(self, change: PasswordChange) -> Result<bool> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write(move |tx| {
            let mut all = tx.unscoped();
            let update = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
            if all.execute(update, params![&change.user_id, &change.present_hash, &change.next_hash])? == 0 {
                return Ok(false);
            }
            let networks = "DELETE FROM sign_in_networks WHERE user_id = $1 AND network_hash <> $2";
            all.execute(networks, params![&change.user_id, change.network_hash.as_slice()])?;
            let families = "DELETE FROM families WHERE user_id = $1 AND id <> $2";
            let ended = all.execute(families, params![&change.user_id, &change.family_id])?;
            let changes = json!({"password": true, "ended_sign_ins": ended});
            tx.audit(actor.as_deref(), Target { kind: "user", id: &change.user_id }, &changes)?;
            tx.end_credentials()?;
            Ok(true)
        })
        .await
    }

    /// Removes a person: the account with its memberships and sign-ins, and in each of its workspaces all that a purge
    /// removes. What it made for a workspace stays, and so does the audit. False if the password is not the present one any
    /// more.
    ///
    /// # Errors
    /// [`AccountRefusal::LastOwner`] if a workspace would be without an owner;
    /// [`MemoryRefusal::TurnOpen`](super::MemoryRefusal::TurnOpen) while a turn of the person is open.
    pub async fn delete(self, user_id: &str, present_hash: &str) -> Result<bool> {
        let (user_id, present_hash, actor) = (user_id.to_owned(), present_hash.to_owned(), self.0.actor());
        let rows = self.0;
        let deleted = rows
            .write_locking(move |tx| {
                // Who else owns the workspaces must not change until this one is gone.
                tx.lock_accounts()?;
                let mut all = tx.unscoped();
                let person = format!("SELECT 1 FROM users WHERE id = $1 AND password_hash = $2{}", all.lock());
                if all.first(&person, params![&user_id, &present_hash])?.is_none() {
                    return Ok(false);
                }
                for workspace in workspaces(&mut all, &user_id)? {
                    memory_purge::purge(&mut all.of_workspace(workspace), actor.as_deref(), &user_id)?;
                }
                for sql in [
                    "DELETE FROM families WHERE user_id = $1",
                    "DELETE FROM memberships WHERE user_id = $1",
                    "DELETE FROM users WHERE id = $1",
                ] {
                    all.execute(sql, params![&user_id])?;
                }
                tx.end_credentials()?;
                Ok(true)
            })
            .await?;
        if deleted {
            rows.memories().empty_log().await;
        }
        Ok(deleted)
    }
}

/// The numbers of the workspaces that a person is a member of.
///
/// # Errors
/// [`AccountRefusal::LastOwner`] if one of them has no other owner, and is not deleted.
fn workspaces(tx: &mut Tx<'_>, user_id: &str) -> Result<Vec<i64>> {
    let sql = "SELECT m.workspace_id, CAST(CASE WHEN m.role <> 'owner'
            OR NOT EXISTS (SELECT 1 FROM workspaces w WHERE w.number = m.workspace_id)
            OR EXISTS (SELECT 1 FROM memberships o
                WHERE o.workspace_id = m.workspace_id AND o.role = 'owner' AND o.user_id <> m.user_id)
            THEN 1 ELSE 0 END AS BIGINT)
        FROM memberships m WHERE m.user_id = $1 ORDER BY m.workspace_id";
    let mut numbers = Vec::new();
    for mut row in tx.query(sql, params![user_id])? {
        numbers.push(row.next_int()?);
        if row.next_int()? == 0 {
            return Err(AccountRefusal::LastOwner.into());
        }
    }
    Ok(numbers)
}
