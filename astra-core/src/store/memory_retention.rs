//! What memory does not keep: memories whose time is over, deleted ones after a while, and what the index says of items that are
//! gone.

use super::db::{Db, SWEEP_ROWS};
use super::error::Result;
use super::memories::find_any;
use super::memory_changes::remove;
use super::memory_heads;
use super::memory_kinds::MemoryReason;
use super::memory_versions::Author;
use super::tx::Tx;
use crate::ids::MemoryId;
use crate::params;

/// Days for which a deleted memory can be taken back.
pub const DELETED_MEMORY_DAYS: i64 = 30;
/// Items of a workspace's index that are gone, from which on their rows are removed.
const DEAD_ITEMS: i64 = 1_000;
/// Rows of the index that one transaction removes.
const INDEX_ROWS: i64 = 10_000;
/// The author of what the gateway does by itself.
pub(super) const GATEWAY: &str = "gateway";

impl Db {
    /// Forgets memories of all workspaces that expire at `now_ms` or before, at most [`SWEEP_ROWS`] of them; answers how many.
    pub async fn expire_memories(&self, now_ms: i64) -> Result<u64> {
        self.write(move |tx| {
            let sql = "SELECT workspace_id, id FROM memories WHERE expires_at_ms <= $1 AND deleted_at_ms IS NULL
                AND expires_at_ms IS NOT NULL ORDER BY expires_at_ms LIMIT $2";
            let mut expired = pairs(tx, sql, now_ms)?;
            // Transactions that change several workspaces lock their heads in one order.
            expired.sort_unstable();
            for of_one in expired.chunk_by(|one, other| one.0 == other.0) {
                let Some((workspace, _)) = of_one.first() else { continue };
                let mut tx = tx.of_workspace(*workspace);
                let change = memory_heads::next(&mut tx)?;
                for (_, id) in of_one {
                    let Some(memory) = find_any(&mut tx, MemoryId::from_key(*id))? else { continue };
                    let author = Author { id: GATEWAY, turn_id: None, session_id: None, now_ms };
                    remove(&mut tx, change, memory, MemoryReason::Expired, author)?;
                }
            }
            count(&expired)
        })
        .await
    }

    /// Removes memories of all workspaces that were deleted before `before_ms`, with their versions, at most [`SWEEP_ROWS`] of
    /// them; answers how many.
    pub async fn remove_deleted_memories(&self, before_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            let sql = "SELECT workspace_id, id FROM memories WHERE deleted_at_ms < $1 AND deleted_at_ms IS NOT NULL
                ORDER BY deleted_at_ms LIMIT $2";
            let deleted = pairs(tx, sql, before_ms)?;
            for (workspace, id) in &deleted {
                let mut tx = tx.of_workspace(*workspace);
                tx.execute("DELETE FROM memory_versions WHERE workspace_id = $1 AND memory_id = $2", params![*id])?;
                tx.execute("DELETE FROM memory_copies WHERE workspace_id = $1 AND memory_id = $2", params![*id])?;
                tx.execute("DELETE FROM memories WHERE workspace_id = $1 AND id = $2", params![*id])?;
            }
            count(&deleted)
        })
        .await
    }

    /// Removes rows of the index of items that are gone, of a workspace that has many of them; answers whether there was one. An
    /// index that was read before is read anew.
    pub async fn sweep_memory_index(&self) -> Result<bool> {
        self.write(move |tx| {
            let sql = "SELECT workspace_id FROM memory_index WHERE is_dead = 1
                GROUP BY workspace_id HAVING COUNT(*) >= $1 ORDER BY workspace_id LIMIT 1";
            let Some(mut row) = tx.first(sql, params![DEAD_ITEMS])? else { return Ok(false) };
            let mut tx = tx.of_workspace(row.next_int()?);
            memory_heads::next_rebuilt(&mut tx)?;
            let sql = "DELETE FROM memory_index WHERE workspace_id = $1 AND item_id IN
                (SELECT i.item_id FROM memory_index i WHERE i.workspace_id = $1 AND i.is_dead = 1 LIMIT $2)";
            tx.execute(sql, params![INDEX_ROWS])?;
            Ok(true)
        })
        .await
    }
}

/// Rows by their workspace and their key.
fn pairs(tx: &mut Tx<'_>, sql: &str, at_ms: i64) -> Result<Vec<(i64, i64)>> {
    tx.query(sql, params![at_ms, SWEEP_ROWS])?.iter_mut().map(|row| Ok((row.next_int()?, row.next_int()?))).collect()
}

fn count<T>(rows: &[T]) -> Result<u64> {
    u64::try_from(rows.len()).map_err(super::error::Error::broken)
}
