//! Families of refresh tokens: one sign-in and what came from it. The newest refresh token of a family is good, and the one
//! before it for a moment, since its answer may have been lost or two asked at once; to see an older one means that two
//! have it, and ends the family.

use serde_json::Value as Json;

use super::audit::Target;
use super::db::{Db, SWEEP_ROWS};
use super::error::Result;
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use super::workspace::WorkspaceId;
use crate::params;

/// A hash of a secret, SHA-256.
pub type SecretHash = [u8; 32];

/// A sign-in that begins.
#[derive(Debug, Clone)]
pub struct NewFamily {
    /// `fam_...`
    pub id: String,
    /// `usr_...`
    pub user_id: String,
    /// Space-separated; what the family's tokens may be used for at the most.
    pub scopes: String,
    /// Of the part that all refresh tokens of the family share.
    pub family_hash: SecretHash,
    /// Of the part that only the newest has.
    pub secret_hash: SecretHash,
    /// When the newest refresh token ends, in milliseconds since the epoch.
    pub expires_at: i64,
    /// When the sign-in ends, however often it is renewed, in milliseconds since the epoch.
    pub ends_at: i64,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// The address that it is made from; `None` if it is not known.
    pub address: Option<String>,
    /// The program that makes it, as it names itself.
    pub program: Option<String>,
}

/// A refresh token that was handed in, and the one to take its place.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// `fam_...`
    pub family_id: String,
    /// Of the part that all refresh tokens of the family share.
    pub family_hash: SecretHash,
    /// Of the part that only this one has.
    pub secret_hash: SecretHash,
    /// The same of its successor, which is the same however often the token is handed in.
    pub next_secret_hash: SecretHash,
    /// When the successor ends unless its family ends before, in milliseconds since the epoch.
    pub next_expires_at: i64,
    /// How long a token that was exchanged may be handed in again, in milliseconds.
    pub grace_ms: i64,
    /// Milliseconds since the epoch.
    pub now_ms: i64,
    /// The address that the token is handed in from; `None` if it is not known.
    pub address: Option<String>,
}

/// What came of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchanged {
    /// The successor is good now.
    Renewed(FamilyStanding),
    /// It had been handed in before; the family is ended.
    Reused,
    /// It belongs to no family, or is over.
    Unknown,
}

/// What decides whether a family's tokens are good, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyStanding {
    /// The workspace it signed in to.
    pub workspace: WorkspaceId,
    /// `usr_...`
    pub user_id: String,
    /// Space-separated.
    pub scopes: String,
    /// The role of the user now.
    pub role: String,
    /// When the sign-in ends, in milliseconds since the epoch.
    pub ends_at: i64,
}

const STANDING: &str = "SELECT w.number, w.id, f.user_id, f.scopes, m.role, f.ends_at FROM families f
    JOIN memberships m ON m.workspace_id = f.workspace_id AND m.user_id = f.user_id
    JOIN workspaces w ON w.number = f.workspace_id";

/// The sign-ins to a workspace.
#[derive(Clone, Copy)]
pub struct Families<'a>(pub(super) &'a Rows);

impl Families<'_> {
    /// Begins a family.
    pub async fn create(self, new: NewFamily) -> Result<()> {
        let rows = self.0;
        rows.write(move |tx| {
            tx.execute(
                "INSERT INTO families
                 (workspace_id, id, user_id, scopes, family_hash, secret_hash, expires_at, ends_at, created_at,
                  address, program, last_address)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $10)",
                params![
                    &new.id,
                    &new.user_id,
                    &new.scopes,
                    new.family_hash.as_slice(),
                    new.secret_hash.as_slice(),
                    new.expires_at,
                    new.ends_at,
                    new.created_at,
                    &new.address,
                    &new.program
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// What decides about a family; `None` if it was ended or its user is no member any more.
    pub async fn standing(self, family_id: &str) -> Result<Option<FamilyStanding>> {
        let family_id = family_id.to_owned();
        let rows = self.0;
        rows.read(move |tx| {
            let found =
                tx.first(&format!("{STANDING} WHERE f.workspace_id = $1 AND f.id = $2"), params![&family_id])?;
            found.map(|mut row| standing(&mut row)).transpose()
        })
        .await
    }

    /// Ends a family, whose tokens are refused from then on; false if it had ended.
    pub async fn delete(self, family_id: &str) -> Result<bool> {
        let (family_id, actor) = (family_id.to_owned(), self.0.actor());
        let rows = self.0;
        rows.write(move |tx| {
            let was_there =
                tx.execute("DELETE FROM families WHERE workspace_id = $1 AND id = $2", params![&family_id])? > 0;
            if was_there {
                tx.audit(actor.as_deref(), Target { kind: "sign_in", id: &family_id }, &Json::Null)?;
                tx.end_credentials()?;
            }
            Ok(was_there)
        })
        .await
    }
}

impl Db {
    /// Removes families of all workspaces whose newest refresh token ended at `before_ms` or earlier, at most [`SWEEP_ROWS`] of them;
    /// answers how many.
    pub async fn delete_ended_families(&self, before_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            let sql = "DELETE FROM families WHERE id IN
                (SELECT id FROM families WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
            tx.execute(sql, params![before_ms, SWEEP_ROWS])
        })
        .await
    }

    /// Of all workspaces: the family of a refresh token, whether that is the newest or not; `None` if it has none, or that is over.
    pub async fn find_family(&self, exchange: &Exchange) -> Result<Option<FamilyStanding>> {
        let exchange = exchange.clone();
        self.read(move |tx| of_exchange(tx, &exchange)).await
    }

    /// Puts a refresh token's successor in its place, in whichever workspace its family is. A request with the same one within its grace gets the same
    /// successor; the use of any other ends the family.
    pub async fn exchange_refresh_token(&self, exchange: Exchange) -> Result<Exchanged> {
        self.write(move |tx| {
            let Some(standing) = of_exchange(tx, &exchange)? else { return Ok(Exchanged::Unknown) };
            let renewed = tx.execute(
                "UPDATE families SET secret_hash = $3, previous_hash = $2, renewed_at = $5, expires_at = $4, last_address = $6
                 WHERE id = $1 AND secret_hash = $2",
                params![
                    &exchange.family_id,
                    exchange.secret_hash.as_slice(),
                    exchange.next_secret_hash.as_slice(),
                    exchange.next_expires_at.min(standing.ends_at),
                    exchange.now_ms,
                    &exchange.address
                ],
            )?;
            if renewed == 0 && !is_within_grace(tx, &exchange)? {
                end_reused(tx, &exchange.family_id)?;
                return Ok(Exchanged::Reused);
            }
            Ok(Exchanged::Renewed(standing))
        })
        .await
    }
}

fn of_exchange(tx: &mut Tx<'_>, exchange: &Exchange) -> Result<Option<FamilyStanding>> {
    let sql = format!("{STANDING} WHERE f.id = $1 AND f.family_hash = $2 AND f.expires_at > $3");
    let found = tx.first(&sql, params![&exchange.family_id, exchange.family_hash.as_slice(), exchange.now_ms])?;
    found.map(|mut row| standing(&mut row)).transpose()
}

/// Whether a token is the one before the newest, exchanged a moment ago.
fn is_within_grace(tx: &mut Tx<'_>, exchange: &Exchange) -> Result<bool> {
    let sql = "SELECT renewed_at FROM families WHERE id = $1 AND previous_hash = $2 AND secret_hash = $3";
    let (handed_in, newest) = (exchange.secret_hash.as_slice(), exchange.next_secret_hash.as_slice());
    let found = tx.first(sql, params![&exchange.family_id, handed_in, newest])?;
    let renewed_at = found.map(|mut row| row.next_int()).transpose()?;
    Ok(renewed_at.is_some_and(|renewed_at| exchange.now_ms - renewed_at < exchange.grace_ms))
}

fn end_reused(tx: &mut Tx<'_>, family_id: &str) -> Result<()> {
    tx.execute("DELETE FROM families WHERE id = $1", params![family_id])?;
    tx.end_credentials()
}

fn standing(row: &mut Row) -> Result<FamilyStanding> {
    Ok(FamilyStanding {
        workspace: WorkspaceId::new(row.next_int()?, &row.next_text()?),
        user_id: row.next_text()?,
        scopes: row.next_text()?,
        role: row.next_text()?,
        ends_at: row.next_int()?,
    })
}
