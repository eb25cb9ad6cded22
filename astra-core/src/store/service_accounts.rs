//! Service accounts: programs that have a name, a role and scopes in one workspace. Roles and scopes are kept by name.

use serde_json::{Value as Json, json};

use super::actor::{Actor, Target};
use super::error::{Error, Refusal, Result};
use super::idempotency::OnceKey;
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::setup;
use super::tx::Tx;
use super::value::Row;
use crate::params;

/// A service account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ServiceAccount {
    /// `svc_...`
    pub id: String,
    /// Unique in its workspace.
    pub name: String,
    /// The role's name.
    pub role: String,
    /// Space-separated.
    pub scopes: String,
    /// Who made it: `usr_...` or `svc_...`.
    pub created_by: String,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// Milliseconds since the epoch.
    pub updated_at: i64,
}

const COLUMNS: &str = "id, name, role, scopes, created_by, created_at, updated_at";

/// The service accounts of a workspace.
#[derive(Clone, Copy)]
pub struct ServiceAccounts<'a>(pub(super) &'a Rows);

impl ServiceAccounts<'_> {
    /// One account by its id.
    pub async fn find(self, id: &str) -> Result<Option<ServiceAccount>> {
        let id = id.to_owned();
        self.0.read(move |tx| by_id(tx, &id)).await
    }

    /// One account by its name.
    pub async fn find_by_name(self, name: &str) -> Result<Option<ServiceAccount>> {
        let name = name.to_owned();
        let rows = self.0;
        rows.read(move |tx| {
            let sql = format!("SELECT {COLUMNS} FROM service_accounts WHERE workspace_id = $1 AND name = $2");
            tx.first(&sql, params![&name])?.map(|mut row| account(&mut row)).transpose()
        })
        .await
    }

    /// The accounts, newest first.
    pub async fn page(self, page: PageRequest) -> Result<Page<ServiceAccount>> {
        let rows = self.0;
        rows.list(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS} FROM service_accounts
                 WHERE workspace_id = $1 AND (created_at, id) < ($2, $3)
                 ORDER BY created_at DESC, id DESC LIMIT $4"
            );
            let (at, id) = page.position();
            let place = |account: &ServiceAccount| Cursor { at: account.created_at, id: account.id.clone() };
            tx.page(&sql, params![at, id, page.fetch()], &page, |mut row| account(&mut row), place)
        })
        .await
    }

    /// Makes an account.
    ///
    /// # Errors
    /// [`Error::Unique`] if the name is taken; [`Error::Missing`] if there is no such workspace; [`Refusal::KeyReused`].
    pub async fn create(self, new: ServiceAccount, once: Option<OnceKey>) -> Result<ServiceAccount> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write_once(once, new.created_at, move |tx| {
            insert(tx, &new)?;
            audit(tx, actor.as_deref(), [None, Some(&new)])?;
            Ok(new.clone())
        })
        .await
    }

    /// Replaces name, role and scopes by those of `changed`; `None` if there is no such account. What the account loses, its
    /// tokens lose at once.
    ///
    /// # Errors
    /// [`Refusal::Stale`] if it changed after `changed.updated_at`; [`Error::Unique`] if the name is taken.
    pub async fn update(self, changed: ServiceAccount, now_ms: i64) -> Result<Option<ServiceAccount>> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write(move |tx| {
            let present = by_id(tx, &changed.id)?;
            let touched = tx.execute(
                "UPDATE service_accounts SET name = $3, role = $4, scopes = $5, updated_at = $7
                 WHERE workspace_id = $1 AND id = $2 AND updated_at = $6",
                params![
                    &changed.id,
                    &changed.name,
                    &changed.role,
                    &changed.scopes,
                    changed.updated_at,
                    now_ms.max(changed.updated_at + 1)
                ],
            )?;
            if touched == 0 {
                return present.map_or(Ok(None), |_| Err(Error::Refused(Refusal::Stale)));
            }
            setup::end_with(tx, &changed.role)?;
            tx.end_credentials()?;
            audit(tx, actor.as_deref(), [present.as_ref(), Some(&changed)])?;
            by_id(tx, &changed.id)
        })
        .await
    }

    /// Deletes an account and all its tokens, which are refused from then on; false if it is not there.
    pub async fn delete(self, id: &str) -> Result<bool> {
        let (id, actor) = (id.to_owned(), self.0.actor());
        let rows = self.0;
        rows.write(move |tx| {
            let Some(present) = by_id(tx, &id)? else { return Ok(false) };
            let sql = "DELETE FROM service_accounts WHERE workspace_id = $1 AND id = $2";
            let was_there = tx.execute(sql, params![&id])? > 0;
            if was_there {
                audit(tx, actor.as_deref(), [Some(&present), None])?;
                tx.end_credentials()?;
            }
            Ok(was_there)
        })
        .await
    }
}

/// Writes down that the first of these service accounts was there before, and the second one after a change.
fn audit(tx: &mut Tx<'_>, actor: Option<&Actor>, accounts: [Option<&ServiceAccount>; 2]) -> Result<()> {
    let Some(account) = accounts.iter().flatten().next() else { return Ok(()) };
    let shown = |account: Option<&ServiceAccount>| {
        let fields =
            |account: &ServiceAccount| json!({"name": &account.name, "role": &account.role, "scopes": &account.scopes});
        account.map_or(Json::Null, fields)
    };
    let [before, after] = accounts.map(shown);
    let target = Target { kind: "service_account", id: &account.id };
    tx.audit_change(actor, target, &after, [&before, &after])
}

fn insert(tx: &mut Tx<'_>, new: &ServiceAccount) -> Result<()> {
    if tx.first("SELECT 1 FROM workspaces WHERE number = $1", params![])?.is_none() {
        return Err(Error::Missing("the workspace".into()));
    }
    let sql = format!("INSERT INTO service_accounts (workspace_id, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    let params = params![&new.id, &new.name, &new.role, &new.scopes, &new.created_by, new.created_at, new.updated_at];
    tx.execute(&sql, params)?;
    setup::end_with(tx, &new.role)
}

fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<ServiceAccount>> {
    let sql = format!("SELECT {COLUMNS} FROM service_accounts WHERE workspace_id = $1 AND id = $2");
    tx.first(&sql, params![id])?.map(|mut row| account(&mut row)).transpose()
}

fn account(row: &mut Row) -> Result<ServiceAccount> {
    Ok(ServiceAccount {
        id: row.next_text()?,
        name: row.next_text()?,
        role: row.next_text()?,
        scopes: row.next_text()?,
        created_by: row.next_text()?,
        created_at: row.next_int()?,
        updated_at: row.next_int()?,
    })
}
