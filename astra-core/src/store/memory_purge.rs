//! All that a workspace keeps of one user goes, in one transaction, with an account of it: what was remembered of it, its
//! conversations, jobs, events and usage. Its account stays: the group `auth` ends that.

use std::collections::BTreeMap;

use serde_json::json;

use super::audit::{Actor, Target};
use super::backend::Backend;
use super::db::Db;
use super::error::{MemoryRefusal, Result};
use super::memories::{Memories, subject_number};
use super::memory_heads;
use super::memory_tier::MemoryTier;
use super::purge_tables::{OWNERS, PURGED, SESSIONS, TURNS};
use super::session_storage;
use super::tx::Tx;
use super::value::Param;
use crate::params;

/// The account of a purge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purged {
    /// Rows that are gone, by table.
    pub tables: BTreeMap<&'static str, u64>,
    /// Of these, what was remembered of each tier.
    pub tiers: BTreeMap<MemoryTier, u64>,
}

impl Memories<'_> {
    /// Removes all that the workspace keeps of a user; `None` if it neither keeps anything of it nor has an account for it.
    ///
    /// # Errors
    /// [`MemoryRefusal::TurnOpen`] while a turn of the user is open.
    pub async fn purge(self, user_id: &str) -> Result<Option<Purged>> {
        let (actor, user_id) = (self.0.actor(), user_id.to_owned());
        let rows = self.0;
        let purged = rows.write_locking(move |tx| purge(tx, actor.as_deref(), &user_id)).await?;
        if purged.is_some() {
            self.empty_log().await;
        }
        Ok(purged)
    }

    /// What SQLite has overwritten stands in its write-ahead log until that is emptied too.
    pub(super) async fn empty_log(self) {
        match self.0.db() {
            Db::Sqlite(sqlite) => match sqlite.truncate_log().await {
                Ok(true) => {}
                Ok(false) => tracing::warn!("what was purged stays in the write-ahead log until its next checkpoint"),
                Err(fault) => tracing::warn!(error = %fault, "the write-ahead log could not be emptied after a purge"),
            },
            #[cfg(feature = "postgres")]
            Db::Postgres(_) => {}
        }
    }
}

impl Purged {
    /// How many rows are gone.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.values().sum()
    }
}

/// Removes all that the transaction's workspace keeps of a user, as [`Memories::purge`] does.
pub(super) fn purge(tx: &mut Tx<'_>, actor: Option<&Actor>, user_id: &str) -> Result<Option<Purged>> {
    let has_account = has_account(tx, user_id)?;
    let Some(subject) = subject_number(tx, user_id)? else {
        return Ok(has_account.then(Purged::default));
    };
    memory_heads::next_rebuilt(tx)?;
    refuse_while_open(tx, subject)?;
    let mut purged = Purged { tables: BTreeMap::new(), tiers: tiers(tx, subject)? };
    erase(tx, true)?;
    let bytes = storage(tx, subject)?;
    for statement in OWNERS {
        run(tx, statement, subject, user_id)?;
    }
    for (table, condition) in PURGED {
        let sql = format!("DELETE FROM {table} WHERE {condition}");
        let count = run(tx, &sql, subject, user_id)?;
        *purged.tables.entry(table).or_default() += count;
    }
    let number = tx.workspace().unwrap_or_default();
    session_storage::add(&mut tx.unscoped(), number, -bytes)?;
    erase(tx, false)?;
    purged.tables.retain(|_, count| *count > 0);
    if purged.tables.is_empty() && !has_account {
        return Ok(None);
    }
    tx.audit(actor, Target { kind: "user", id: user_id }, &json!({"rows": purged.rows()}))?;
    Ok(Some(purged))
}

/// Whether a person of this id may sign in to the workspace.
fn has_account(tx: &mut Tx<'_>, user_id: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM memberships m WHERE m.workspace_id = $1 AND m.user_id = $2
        UNION ALL SELECT 1 FROM service_accounts s WHERE s.workspace_id = $1 AND s.id = $2";
    Ok(tx.first(sql, params![user_id])?.is_some())
}

/// Runs a statement of the tables: `$2` is the subject's number, `$3` its id.
fn run(tx: &mut Tx<'_>, statement: &str, subject: i64, user_id: &str) -> Result<u64> {
    let sql = statement.replace(":turns", TURNS).replace(":sessions", SESSIONS);
    let params = [Param::Int(subject), Param::Text(user_id)];
    // A statement has the parameters that it names, and no others.
    match (sql.contains("$2"), sql.contains("$3")) {
        (true, false) => tx.execute(&sql, &params[..1]),
        (false, true) => tx.execute(&sql.replace("$3", "$2"), &params[1..]),
        _ => tx.execute(&sql, &params),
    }
}

/// Refuses a purge while a turn of the user, or of one of its sessions, is open: its end would write again.
fn refuse_while_open(tx: &mut Tx<'_>, subject: i64) -> Result<()> {
    let sql =
        "SELECT id FROM open_turns WHERE workspace_id = $1 AND (subject = $2 OR session_id IN (:sessions)) LIMIT 1";
    let open = tx.first(&sql.replace(":sessions", SESSIONS), params![subject])?;
    if open.is_some() { Err(MemoryRefusal::TurnOpen.into()) } else { Ok(()) }
}

/// What is remembered of a user, by tier.
fn tiers(tx: &mut Tx<'_>, subject: i64) -> Result<BTreeMap<MemoryTier, u64>> {
    let sql = "SELECT tier, COUNT(*) FROM memories WHERE workspace_id = $1 AND subject = $2 GROUP BY tier
        UNION ALL SELECT tier, COUNT(*) FROM memory_index
        WHERE workspace_id = $1 AND subject = $2 AND tier = 'session' AND is_dead = 0 GROUP BY tier";
    let read = |row: &mut super::value::Row| {
        Ok((super::memory_index::tier(&row.next_text()?)?, row.next_int()?.unsigned_abs()))
    };
    tx.query(sql, params![subject])?.iter_mut().map(read).collect()
}

/// The bytes of the user's turns that the sum of the workspace has: not those that its rows of the usage still name.
fn storage(tx: &mut Tx<'_>, subject: i64) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE((SELECT SUM(t.bytes) FROM turns t WHERE t.id IN (:turns)), 0)
        - COALESCE((SELECT SUM(u.bytes) FROM usage_entries u WHERE u.workspace_id = $1 AND u.subject = $2), 0) AS BIGINT)";
    tx.one(&sql.replace(":turns", TURNS).replace(":sessions", SESSIONS), params![subject])?.next_int()
}

/// Whether SQLite overwrites pages that this transaction frees; what goes within a page it overwrites always. PostgreSQL's vacuum
/// does it in its own time.
fn erase(tx: &mut Tx<'_>, is_on: bool) -> Result<()> {
    match tx.backend() {
        Backend::Sqlite => tx.batch(if is_on { "PRAGMA secure_delete = ON" } else { "PRAGMA secure_delete = FAST" }),
        Backend::Postgres => Ok(()),
    }
}
