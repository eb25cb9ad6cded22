//! The end of a workspace: one transaction after which nothing finds it, no credential of it is good and no work of it begins;
//! then its rows, in pieces, with an account of them. What is still on its way when it ends, such as a turn that runs, may write
//! once more: the rows are looked for again for a while.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actor::Actor;
use super::audit_retention::erase;
use super::db::{Db, SWEEP_ROWS};
use super::error::{Error, Result, WorkspaceRefusal};
use super::mcp_servers;
use super::members::{self, Manager};
use super::precondition::Precondition;
use super::signals::Signal;
use super::tx::Tx;
use super::workspace_tables::{END_USERS, MEMBERSHIPS, TABLES, removal};
use super::workspaces::{self, Workspaces};
use crate::ids::TurnId;
use crate::params;

/// So long after the deletion rows of a workspace are still looked for, in milliseconds: what was on its way has ended by then.
const LOOKED_FOR_MS: i64 = 15 * 60_000;
/// So many accounts are looked at in one transaction, each by statements of its own.
const ACCOUNTS_ROWS: u32 = 200;

/// A workspace that was deleted, whose rows may not all be gone yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedWorkspace {
    /// Its number, which no other workspace gets.
    pub number: i64,
    /// `wsp_...`, or a host program's name of it, which another workspace may have by now.
    pub id: String,
    /// Milliseconds since the epoch.
    pub deleted_at: i64,
}

/// What came of a look for rows of a deleted workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// Rows were found, and are gone; there may be more.
    More,
    /// None were found. They are looked for again.
    NoneFound,
    /// None were found, and nothing writes any more: it is gone, with so many rows of these tables.
    Gone(BTreeMap<String, u64>),
    /// It has gone before.
    Unknown,
}

/// Who has deleted a workspace, for the audit of its end.
#[derive(Debug, Serialize, Deserialize)]
struct DeletedBy {
    subject: String,
    credential: String,
    action: String,
    request_id: Arc<str>,
}

impl Workspaces<'_> {
    /// Deletes the workspace: its tokens are refused from then on, it is found by nothing and no work of it begins. Its rows
    /// go by [`Db::remove_deleted_workspace`]. Answers the turns of it that are open, which are asked to end; `None` if it is
    /// deleted already.
    ///
    /// # Errors
    /// [`Refusal::Stale`](super::Refusal::Stale) if `precondition` does not hold; [`WorkspaceRefusal::First`];
    /// [`MemberRefusal::NotAllowed`](super::MemberRefusal::NotAllowed) if `by` is no owner any more.
    pub async fn delete(self, by: Manager, precondition: Precondition, now_ms: i64) -> Result<Option<Vec<TurnId>>> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write_locking(move |tx| {
            tx.lock_accounts()?;
            let Some(present) = workspaces::present(tx)? else { return Ok(None) };
            precondition.check(present.revision())?;
            by.rank(tx, "owner")?;
            let number = tx.workspace().ok_or_else(|| Error::broken("it is a workspace that is deleted"))?;
            let first = first(&mut tx.unscoped())?;
            if number == first {
                return Err(WorkspaceRefusal::First.into());
            }
            let open = tx.query("SELECT id FROM open_turns WHERE workspace_id = $1", params![])?;
            let open = open.into_iter().map(|mut row| row.next_id()).collect::<Result<Vec<TurnId>>>()?;
            let removed = serde_json::to_string(&stop(tx, now_ms)?).map_err(Error::broken)?;
            let mut all = tx.unscoped();
            let deleted_by = actor.as_deref().map(DeletedBy::new).map(|by| serde_json::to_string(&by));
            let deleted_by = deleted_by.transpose().map_err(Error::broken)?;
            let sql =
                "INSERT INTO workspace_deletions (number, id, deleted_at, actor, removed) VALUES ($1, $2, $3, $4, $5)";
            all.execute(sql, params![number, &present.id, now_ms, &deleted_by, &removed])?;
            all.execute("DELETE FROM workspaces WHERE number = $1", params![number])?;
            let sql = "UPDATE counters SET value = $1 WHERE name = 'workspaces_deleted' AND value < $1";
            all.execute(sql, params![number])?;
            // Its own audit goes with it.
            let changes = json!({"name": present.name});
            all.of_workspace(first).audit(actor.as_deref(), workspaces::target(&present.id), &changes)?;
            all.end_credentials()?;
            all.announce(Signal::Workspaces);
            Ok(Some(open))
        })
        .await
    }
}

impl Db {
    /// The workspaces that were deleted and whose rows may not all be gone yet.
    pub async fn deleted_workspaces(&self) -> Result<Vec<DeletedWorkspace>> {
        self.read(|tx| {
            let sql = "SELECT number, id, deleted_at FROM workspace_deletions ORDER BY number";
            let read = |mut row: super::value::Row| {
                Ok(DeletedWorkspace { number: row.next_int()?, id: row.next_text()?, deleted_at: row.next_int()? })
            };
            tx.query(sql, params![])?.into_iter().map(read).collect()
        })
        .await
    }

    /// Removes rows of one table of the deleted workspace `number`, at most [`SWEEP_ROWS`] of them, so that no other write waits
    /// long. What goes is counted in the same transaction.
    pub async fn remove_deleted_workspace(&self, number: i64, now_ms: i64) -> Result<Removal> {
        self.write_locking(move |tx| {
            let sql = format!(
                "SELECT id, deleted_at, actor, removed FROM workspace_deletions WHERE number = $1{}",
                tx.lock()
            );
            let Some(mut row) = tx.first(&sql, params![number])? else { return Ok(Removal::Unknown) };
            let (id, deleted_at, deleted_by) = (row.next_text()?, row.next_int()?, row.next_optional_text()?);
            let mut removed: BTreeMap<String, u64> = row.next_json()?;
            erase(tx, true)?;
            let found = remove_some(&mut tx.of_workspace(number))?;
            erase(tx, false)?;
            if found.is_empty() {
                if now_ms - deleted_at < LOOKED_FOR_MS {
                    return Ok(Removal::NoneFound);
                }
                end(tx, (number, &id), deleted_by.as_deref(), &removed, now_ms)?;
                return Ok(Removal::Gone(removed));
            }
            for (table, count) in found {
                *removed.entry(table.to_owned()).or_default() += count;
            }
            let text = serde_json::to_string(&removed).map_err(Error::broken)?;
            tx.execute("UPDATE workspace_deletions SET removed = $2 WHERE number = $1", params![number, &text])?;
            Ok(Removal::More)
        })
        .await
    }
}

/// The number of the first workspace, which is never deleted.
fn first(tx: &mut Tx<'_>) -> Result<i64> {
    tx.one("SELECT MIN(number) FROM workspaces", params![])?.next_int()
}

/// Ends what would go on by itself, as far as its number is bounded: nothing that is found by way of the workspace begins, since
/// that is not there any more. Answers how many rows are gone, by table.
fn stop(tx: &mut Tx<'_>, now_ms: i64) -> Result<BTreeMap<&'static str, u64>> {
    let mut removed = BTreeMap::from([("mcp_servers", mcp_servers::delete_all(tx)?)]);
    for table in ["schedules", "webhooks", "webhook_heads", "event_readers", "channels"] {
        let sql = format!("DELETE FROM {table} WHERE workspace_id = $1");
        removed.insert(table, tx.execute(&sql, params![])?);
    }
    for sql in [
        "UPDATE open_turns SET cancel_requested = 1 WHERE workspace_id = $1",
        "UPDATE jobs SET cancel_requested = 1 WHERE workspace_id = $1 AND status = 'running'",
    ] {
        tx.execute(sql, params![])?;
    }
    // What it has borrowed is a row of the lender.
    let borrowed = "UPDATE agent_grants SET ended_at_ms = $2 WHERE borrower = $1 AND ended_at_ms IS NULL";
    tx.execute(borrowed, params![now_ms])?;
    for signal in [Signal::Jobs, Signal::EventReaders, Signal::Schedules] {
        tx.announce(signal);
    }
    removed.retain(|_, count| *count > 0);
    Ok(removed)
}

/// Removes rows of the first table that has some.
fn remove_some(tx: &mut Tx<'_>) -> Result<Vec<(&'static str, u64)>> {
    let members = TABLES.len() - 1;
    for (place, (table, key)) in TABLES.iter().enumerate() {
        if place == members {
            let found = remove_accounts(tx)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let sql = removal(table, key);
        let count = if key.is_empty() { tx.execute(&sql, params![])? } else { tx.execute(&sql, params![SWEEP_ROWS])? };
        if count > 0 {
            return Ok(vec![(*table, count)]);
        }
    }
    Ok(Vec::new())
}

/// Removes memberships, with the accounts of those who belong to no other workspace; then end users without a membership.
fn remove_accounts(tx: &mut Tx<'_>) -> Result<Vec<(&'static str, u64)>> {
    let (mut memberships, mut users) = (0, 0);
    for mut row in tx.query(MEMBERSHIPS, params![ACCOUNTS_ROWS])? {
        let user_id = row.next_text()?;
        memberships += 1;
        let mut all = tx.unscoped();
        let elsewhere = "SELECT 1 FROM memberships WHERE user_id = $1 LIMIT 1";
        if all.first(elsewhere, params![&user_id])?.is_none() {
            users += members::end_account(&mut all, &user_id)?;
        }
    }
    users += tx.execute(END_USERS, params![SWEEP_ROWS])?;
    Ok([("memberships", memberships), ("users", users)].into_iter().filter(|(_, count)| *count > 0).collect())
}

/// The last that is heard of a workspace: an entry in the audit of the first one.
fn end(
    tx: &mut Tx<'_>,
    (number, id): (i64, &str),
    deleted_by: Option<&str>,
    removed: &BTreeMap<String, u64>,
    now_ms: i64,
) -> Result<()> {
    tx.execute("DELETE FROM workspace_deletions WHERE number = $1", params![number])?;
    let deleted_by = deleted_by.map(serde_json::from_str::<DeletedBy>).transpose().map_err(Error::broken)?;
    let actor = deleted_by.map(|by| by.actor(now_ms));
    let first = first(tx)?;
    tx.of_workspace(first).audit(actor.as_ref(), workspaces::target(id), &json!({"removed": removed}))
}

impl DeletedBy {
    fn new(actor: &Actor) -> Self {
        Self {
            subject: actor.subject.clone(),
            credential: actor.credential.clone(),
            action: actor.action.clone(),
            request_id: Arc::clone(&actor.request_id),
        }
    }

    /// The same one, at another time. It causes no event.
    fn actor(self, at_ms: i64) -> Actor {
        Actor {
            subject: self.subject,
            subject_number: 0,
            credential: self.credential,
            address: None,
            key: 0,
            action: self.action,
            request_id: self.request_id,
            at_ms,
        }
    }
}
