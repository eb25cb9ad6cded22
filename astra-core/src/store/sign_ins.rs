//! The sign-ins of one person, in whatever workspace each of them is: a person sees and ends all of its own.

use serde_json::{Value as Json, json};

use super::audit::Target;
use super::error::Result;
use super::families::Families;
use super::page::{Cursor, Page, PageRequest};
use super::value::Row;
use crate::params;

/// A sign-in, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// `fam_...`
    pub id: String,
    /// The workspace that it signed in to, `wsp_...`.
    pub workspace_id: String,
    /// The address that it was made from; `None` if it was not known.
    pub address: Option<String>,
    /// The program that made it, as it named itself.
    pub program: Option<String>,
    /// When it was made, in milliseconds since the epoch.
    pub created_at: i64,
    /// When it was last renewed, or made, in milliseconds since the epoch.
    pub last_used_at: i64,
    /// The address that it was last renewed from, or made from.
    pub last_address: Option<String>,
    /// When it ends unless it is renewed, in milliseconds since the epoch.
    pub expires_at: i64,
    /// When it ends, however often it is renewed, in milliseconds since the epoch.
    pub ends_at: i64,
}

impl Families<'_> {
    /// The sign-ins of a person, newest first, without those whose newest refresh token ended at `before_ms` or earlier.
    pub async fn page(self, user_id: &str, before_ms: i64, page: PageRequest) -> Result<Page<SignIn>> {
        let user_id = user_id.to_owned();
        let rows = self.0;
        rows.list(move |tx| {
            let sql = "SELECT f.id, w.id, f.address, f.program, f.created_at, COALESCE(f.renewed_at, f.created_at),
                    f.last_address, f.expires_at, f.ends_at
                FROM families f JOIN workspaces w ON w.number = f.workspace_id
                WHERE f.user_id = $1 AND f.expires_at > $2 AND (f.created_at, f.id) < ($3, $4)
                ORDER BY f.created_at DESC, f.id DESC LIMIT $5";
            let (at, id) = page.position();
            let place = |found: &SignIn| Cursor { at: found.created_at, id: found.id.clone() };
            let params = params![&user_id, before_ms, at, id, page.fetch()];
            tx.unscoped().page(sql, params, &page, |mut row| sign_in(&mut row), place)
        })
        .await
    }

    /// Ends a sign-in of a person, whose tokens are refused from then on; false if the person has no such sign-in.
    pub async fn delete_of(self, user_id: &str, family_id: &str) -> Result<bool> {
        let (user_id, family_id, actor) = (user_id.to_owned(), family_id.to_owned(), self.0.actor());
        let rows = self.0;
        rows.write(move |tx| {
            let sql = "DELETE FROM families WHERE user_id = $1 AND id = $2";
            let was_there = tx.unscoped().execute(sql, params![&user_id, &family_id])? > 0;
            if was_there {
                tx.audit(actor.as_deref(), Target { kind: "sign_in", id: &family_id }, &Json::Null)?;
                tx.end_credentials()?;
            }
            Ok(was_there)
        })
        .await
    }

    /// Ends all sign-ins of a person but `kept`, whose tokens are refused from then on; answers how many there were.
    pub async fn delete_all_of(self, user_id: &str, kept: Option<&str>) -> Result<u64> {
        let (user_id, kept, actor) = (user_id.to_owned(), kept.unwrap_or_default().to_owned(), self.0.actor());
        let rows = self.0;
        rows.write(move |tx| {
            let sql = "DELETE FROM families WHERE user_id = $1 AND id <> $2";
            let ended = tx.unscoped().execute(sql, params![&user_id, &kept])?;
            if ended > 0 {
                let changes = json!({"ended_sign_ins": ended});
                tx.audit(actor.as_deref(), Target { kind: "user", id: &user_id }, &changes)?;
                tx.end_credentials()?;
            }
            Ok(ended)
        })
        .await
    }
}

fn sign_in(row: &mut Row) -> Result<SignIn> {
    Ok(SignIn {
        id: row.next_text()?,
        workspace_id: row.next_text()?,
        address: row.next_optional_text()?,
        program: row.next_optional_text()?,
        created_at: row.next_int()?,
        last_used_at: row.next_int()?,
        last_address: row.next_optional_text()?,
        expires_at: row.next_int()?,
        ends_at: row.next_int()?,
    })
}
