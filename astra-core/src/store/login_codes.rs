//! Login codes: each signs a person in once. Only the hash of a code is kept, and one that was used is gone, so that a
//! code that was used, has expired or never was is the same to its sender.

use serde_json::json;

use super::accounts::{MEMBER, Member, member};
use super::actor::Target;
use super::db::{Db, SWEEP_ROWS};
use super::error::Result;
use super::families::SecretHash;
use super::rows::Rows;
use crate::params;

/// Most codes that one account has at a time.
const CODES_MAX: u32 = 10;

/// A code to be kept.
#[derive(Debug, Clone)]
pub struct NewLoginCode {
    /// Of the code.
    pub code_hash: SecretHash,
    /// Whom it signs in, `usr_...`.
    pub user_id: String,
    /// The sign-in that makes it, `fam_...`, with which it ends; `None` if the operator or the identity provider
    /// vouches for the person.
    pub family_id: Option<String>,
    /// Space-separated; what the new sign-in may do at the most. `None` for all that the role allows.
    pub scopes: Option<String>,
    /// When the new sign-in ends at the latest, in milliseconds since the epoch.
    pub ends_at: i64,
    /// When the code ends, in milliseconds since the epoch.
    pub expires_at: i64,
}

/// What a code was good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedLoginCode {
    /// The person, as a member of the workspace that the code signs in to.
    pub member: Member,
    /// Space-separated; what the new sign-in may do at the most. `None` for all that the role allows.
    pub scopes: Option<String>,
    /// When the new sign-in ends at the latest, in milliseconds since the epoch.
    pub ends_at: i64,
}

/// The login codes of the members of a workspace.
#[derive(Clone, Copy)]
pub struct LoginCodes<'a>(pub(super) &'a Rows);

impl LoginCodes<'_> {
    /// Keeps a code that signs in to this workspace; false if the person is no member of it. Of an account's codes the
    /// newest ones are kept.
    pub async fn create(self, new: NewLoginCode) -> Result<bool> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write(move |tx| {
            let is_member = "SELECT 1 FROM memberships WHERE workspace_id = $1 AND user_id = $2";
            if tx.first(is_member, params![&new.user_id])?.is_none() {
                return Ok(false);
            }
            let insert = "INSERT INTO login_codes
                (workspace_id, code_hash, user_id, family_id, scopes, ends_at, expires_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)";
            let values = params![
                new.code_hash.as_slice(),
                &new.user_id,
                &new.family_id,
                &new.scopes,
                new.ends_at,
                new.expires_at
            ];
            tx.execute(insert, values)?;
            let older = "DELETE FROM login_codes WHERE user_id = $1 AND code_hash <> $2 AND code_hash NOT IN
                (SELECT c.code_hash FROM login_codes c WHERE c.user_id = $1 AND c.code_hash <> $2
                 ORDER BY c.expires_at DESC, c.code_hash LIMIT $3)";
            let others = i64::from(CODES_MAX - 1);
            tx.unscoped().execute(older, params![&new.user_id, new.code_hash.as_slice(), others])?;
            let target = Target { kind: "user", id: &new.user_id };
            tx.audit(actor.as_deref(), target, &json!({"expires_at": new.expires_at}))?;
            Ok(true)
        })
        .await
    }
}

impl Db {
    /// Uses a code up, of whichever workspace; `None` if it is not good: it was used, has expired or never was, the
    /// sign-in that made it has ended, or the person has left the workspace. However many use a code at once, one signs
    /// in.
    pub async fn use_login_code(&self, code_hash: SecretHash, now_ms: i64) -> Result<Option<UsedLoginCode>> {
        self.write_locking(move |tx| {
            let sql = "DELETE FROM login_codes WHERE code_hash = $1
                RETURNING workspace_id, user_id, family_id, scopes, ends_at, expires_at";
            let Some(mut row) = tx.first(sql, params![code_hash.as_slice()])? else { return Ok(None) };
            let (workspace, user_id, family_id) = (row.next_int()?, row.next_text()?, row.next_optional_text()?);
            let (scopes, ends_at, expires_at) = (row.next_optional_text()?, row.next_int()?, row.next_int()?);
            if expires_at <= now_ms {
                return Ok(None);
            }
            if let Some(family_id) = family_id {
                let family = "SELECT 1 FROM families WHERE id = $1 AND user_id = $2";
                if tx.first(family, params![&family_id, &user_id])?.is_none() {
                    return Ok(None);
                }
            }
            let sql = format!("{MEMBER} WHERE w.number = $1 AND m.user_id = $2");
            let found = tx.first(&sql, params![workspace, &user_id])?;
            let member = found.map(|mut row| member(&mut row)).transpose()?;
            Ok(member.map(|member| UsedLoginCode { member, scopes, ends_at }))
        })
        .await
    }

    /// Removes codes of all workspaces that have expired, at most [`SWEEP_ROWS`] of them; answers how many.
    pub async fn delete_expired_login_codes(&self, now_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            let sql = "DELETE FROM login_codes WHERE code_hash IN
                (SELECT c.code_hash FROM login_codes c WHERE c.expires_at <= $1 ORDER BY c.expires_at LIMIT $2)";
            tx.execute(sql, params![now_ms, SWEEP_ROWS])
        })
        .await
    }
}
