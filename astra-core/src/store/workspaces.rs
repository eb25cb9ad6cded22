//! Workspaces: what each is called, and which of them a person belongs to. How one goes is in `workspace_deletions.rs`.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::accounts;
use super::actor::Target;
use super::error::{Error, Result, WorkspaceRefusal};
use super::idempotency::OnceKey;
use super::page::{Cursor, Page, PageRequest};
use super::precondition::{Precondition, Revision};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use crate::params;

/// A workspace as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredWorkspace {
    /// `wsp_...`, or a host program's name of it.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// 1, 2, 3, ...: grows with each change.
    pub version: u32,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// Milliseconds since the epoch.
    pub updated_at: i64,
}

/// A workspace, as one who belongs to it sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinedWorkspace {
    /// The workspace.
    pub workspace: StoredWorkspace,
    /// The name of the role in it.
    pub role: String,
    /// Since when, in milliseconds since the epoch.
    pub joined_at: i64,
}

/// A workspace that is about to be.
#[derive(Debug, Clone)]
pub struct NewWorkspace {
    /// `wsp_...`
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The person who owns it, `usr_...`.
    pub owner: String,
    /// Milliseconds since the epoch.
    pub created_at: i64,
}

impl StoredWorkspace {
    /// The state that an `If-Match` names.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        Revision { version: self.version, updated_at_ms: self.updated_at }
    }
}

const COLUMNS: &str = "w.id, w.name, w.version, w.created_at, w.updated_at";

/// A workspace itself, and the other ones of those who belong to it.
#[derive(Clone, Copy)]
pub struct Workspaces<'a>(pub(super) &'a Rows);

impl Workspaces<'_> {
    /// The workspace of these rows; `None` if it is deleted.
    pub async fn find(self) -> Result<Option<StoredWorkspace>> {
        self.0.read(present).await
    }

    /// The workspaces that a person belongs to, the one that it joined last first.
    pub async fn page_of(self, user_id: &str, page: PageRequest) -> Result<Page<JoinedWorkspace>> {
        let user_id = user_id.to_owned();
        let rows = self.0;
        rows.list(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS}, m.role, m.created_at FROM memberships m JOIN workspaces w ON w.number = m.workspace_id
                WHERE m.user_id = $1 AND (m.created_at, w.id) < ($2, $3)
                ORDER BY m.created_at DESC, w.id DESC LIMIT $4"
            );
            let (at, id) = page.position();
            let place = |joined: &JoinedWorkspace| Cursor { at: joined.joined_at, id: joined.workspace.id.clone() };
            let params = params![&user_id, at, id, page.fetch()];
            tx.unscoped().page(&sql, params, &page, |mut row| joined(&mut row), place)
        })
        .await
    }

    /// Makes a workspace, beside the one of these rows, whose owner is a person.
    ///
    /// # Errors
    /// [`WorkspaceRefusal::TooMany`] if the person owns `owned_max` workspaces; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn create(self, new: NewWorkspace, owned_max: u32, once: Option<OnceKey>) -> Result<StoredWorkspace> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.lock_once(once, new.created_at, move |tx| {
            tx.lock_accounts()?;
            let mut all = tx.unscoped();
            let owned = "SELECT COUNT(*) FROM memberships m JOIN workspaces w ON w.number = m.workspace_id
                WHERE m.user_id = $1 AND m.role = 'owner'";
            if all.one(owned, params![&new.owner])?.next_int()? >= i64::from(owned_max) {
                return Err(WorkspaceRefusal::TooMany.into());
            }
            accounts::insert_workspace(&mut all, &new.id, &new.name, new.created_at)?;
            let number = all.one("SELECT number FROM workspaces WHERE id = $1", params![&new.id])?.next_int()?;
            let mut there = all.of_workspace(number);
            accounts::insert_membership(&mut there, &new.owner, "owner", new.created_at)?;
            let made = present(&mut there)?.ok_or_else(|| Error::broken("a workspace was lost while it was made"))?;
            let (id, after) = (made.id.clone(), shown(&made.name));
            there.audit_change(actor.as_deref(), target(&id), &after, [&Json::Null, &after])?;
            Ok(made)
        })
        .await
    }

    /// Gives the workspace another name; `None` if it is deleted.
    ///
    /// # Errors
    /// [`Refusal::Stale`](super::Refusal::Stale) if `precondition` does not hold.
    pub async fn update(self, name: &str, precondition: Precondition, now_ms: i64) -> Result<Option<StoredWorkspace>> {
        let (rows, actor, name) = (self.0, self.0.actor(), name.to_owned());
        rows.write(move |tx| {
            let Some(before) = present(tx)? else { return Ok(None) };
            precondition.check(before.revision())?;
            let sql = "UPDATE workspaces SET name = $2, version = version + 1, updated_at = $3 WHERE number = $1";
            tx.execute(sql, params![&name, now_ms.max(before.updated_at)])?;
            let (old, new) = (shown(&before.name), shown(&name));
            tx.audit_change(actor.as_deref(), target(&before.id), &new, [&old, &new])?;
            present(tx)
        })
        .await
    }
}

pub(super) const fn target(id: &str) -> Target<'_> {
    Target { kind: "workspace", id }
}

/// What the audit says of a workspace.
fn shown(name: &str) -> Json {
    json!({"name": name})
}

/// The workspace of the transaction, if it is not deleted.
pub(super) fn present(tx: &mut Tx<'_>) -> Result<Option<StoredWorkspace>> {
    let sql = format!("SELECT {COLUMNS} FROM workspaces w WHERE w.number = $1");
    tx.first(&sql, params![])?.map(|mut row| read(&mut row)).transpose()
}

/// The workspace of the transaction, as a person who belongs to it sees it.
pub(super) fn joined_by(tx: &mut Tx<'_>, user_id: &str) -> Result<Option<JoinedWorkspace>> {
    let sql = format!(
        "SELECT {COLUMNS}, m.role, m.created_at FROM memberships m JOIN workspaces w ON w.number = m.workspace_id
        WHERE m.workspace_id = $1 AND m.user_id = $2"
    );
    tx.first(&sql, params![user_id])?.map(|mut row| joined(&mut row)).transpose()
}

fn joined(row: &mut Row) -> Result<JoinedWorkspace> {
    Ok(JoinedWorkspace { workspace: read(row)?, role: row.next_text()?, joined_at: row.next_int()? })
}

fn read(row: &mut Row) -> Result<StoredWorkspace> {
    Ok(StoredWorkspace {
        id: row.next_text()?,
        name: row.next_text()?,
        version: row.next_count()?,
        created_at: row.next_int()?,
        updated_at: row.next_int()?,
    })
}
