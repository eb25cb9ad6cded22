//! What the audit loses: its oldest rows after a time, of which the number and the hash of the last one stay, and the content of
//! rows about a user that is purged, of which the hashes stay.

use super::backend::Backend;
use super::db::{Db, SWEEP_ROWS};
use super::error::Result;
use super::tx::Tx;
use crate::params;

/// So many workspaces are swept by one call.
const WORKSPACES_MAX: u32 = 1_000;

impl Db {
    /// Removes rows of the audit of all workspaces that were written before `before_ms`, the oldest of each, at most
    /// [`SWEEP_ROWS`] of them; answers how many. Each workspace has a transaction of its own.
    pub async fn delete_old_audit(&self, before_ms: i64) -> Result<u64> {
        let due = self.read(move |tx| {
            let sql = "SELECT h.workspace_id FROM audit_heads h WHERE (SELECT a.at_ms FROM audit a
                    WHERE a.workspace_id = h.workspace_id ORDER BY a.sequence LIMIT 1) < $1
                ORDER BY h.workspace_id LIMIT $2";
            tx.query(sql, params![before_ms, WORKSPACES_MAX])?.iter_mut().map(super::value::Row::next_int).collect()
        });
        let due: Vec<i64> = due.await?;
        let mut removed = 0;
        for workspace in due {
            let left = u64::from(SWEEP_ROWS).saturating_sub(removed);
            if left == 0 {
                break;
            }
            removed += self
                .write_locking(move |tx| {
                    let rows_max = i64::try_from(left).unwrap_or(i64::MAX);
                    delete_oldest(&mut tx.of_workspace(workspace), before_ms, rows_max)
                })
                .await?;
        }
        Ok(removed)
    }
}

/// Removes rows from the beginning of a workspace's chain up to the first that is not old.
fn delete_oldest(tx: &mut Tx<'_>, before_ms: i64, rows_max: i64) -> Result<u64> {
    let lock = format!("SELECT removed_sequence FROM audit_heads WHERE workspace_id = $1{}", tx.lock());
    let Some(mut head) = tx.first(&lock, params![])? else { return Ok(0) };
    let removed = head.next_int()?;
    let sql = "SELECT sequence, at_ms, hash FROM audit WHERE workspace_id = $1 ORDER BY sequence LIMIT $2";
    let mut last = None;
    for mut row in tx.query(sql, params![rows_max])? {
        let (sequence, at_ms, hash) = (row.next_int()?, row.next_int()?, row.next_bytes()?);
        if at_ms >= before_ms {
            break;
        }
        last = Some((sequence, hash));
    }
    let Some((sequence, hash)) = last else { return Ok(0) };
    // Rows below the anchor are none of the chain.
    if sequence > removed {
        let sql = "UPDATE audit_heads SET removed_sequence = $2, removed_hash = $3 WHERE workspace_id = $1";
        tx.execute(sql, params![sequence, &hash[..]])?;
    }
    tx.execute("DELETE FROM audit WHERE workspace_id = $1 AND sequence <= $2", params![sequence])
}

/// Removes the content of what the audit has said of a user before the row `sequence`, which is the purge's: of the changes that
/// the user has made, and of those of its profile. Who did what and when stays, with the hashes.
pub(super) fn purge(tx: &mut Tx<'_>, user_id: &str, sequence: i64) -> Result<()> {
    let update = "UPDATE audit SET address = NULL, changes = NULL, differences = NULL, salt = NULL, purged_by = $3
        WHERE workspace_id = $1 AND purged_by IS NULL AND sequence < $3 AND";
    let conditions = ["actor = $2", "target_kind IN ('user', 'memory_user_profile') AND target_id = $2"];
    erase(tx, true)?;
    for condition in conditions {
        tx.execute(&format!("{update} {condition}"), params![user_id, sequence])?;
    }
    erase(tx, false)
}

/// Whether SQLite overwrites pages that this transaction frees; what goes within a page it overwrites always. PostgreSQL's vacuum
/// does it in its own time.
pub(super) fn erase(tx: &mut Tx<'_>, is_on: bool) -> Result<()> {
    match tx.backend() {
        Backend::Sqlite => tx.batch(if is_on { "PRAGMA secure_delete = ON" } else { "PRAGMA secure_delete = FAST" }),
        Backend::Postgres => Ok(()),
    }
}
