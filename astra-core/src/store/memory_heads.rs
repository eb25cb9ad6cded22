//! The number of the last change of each workspace's memory, which is what an index in memory is compared with.

use super::error::Result;
use super::tx::Tx;
use crate::params;

/// The number of this transaction's change of memory. It is asked for once, before anything is read that the change depends on:
/// where several transactions may write, the row is the lock of the workspace's memory, and the numbers are in the order of
/// the commits.
pub(super) fn next(tx: &mut Tx<'_>) -> Result<i64> {
    let sql = "INSERT INTO memory_heads (workspace_id, change, rebuilt, embedder) VALUES ($1, 1, 0, 1)
        ON CONFLICT (workspace_id) DO UPDATE SET change = memory_heads.change + 1 RETURNING change";
    tx.one(sql, params![])?.next_int()
}

/// Holds the lock of the workspace's memory until the transaction ends, for a write that no index has to read.
pub(super) fn lock(tx: &mut Tx<'_>) -> Result<()> {
    let sql = format!("SELECT change FROM memory_heads WHERE workspace_id = $1{}", tx.lock());
    tx.first(&sql, params![]).map(drop)
}

/// As [`next`], for a change that removes rows of the index without a trace: an index that was filled before it starts anew.
pub(super) fn next_rebuilt(tx: &mut Tx<'_>) -> Result<i64> {
    let change = next(tx)?;
    tx.execute("UPDATE memory_heads SET rebuilt = $2 WHERE workspace_id = $1", params![change])?;
    Ok(change)
}

/// Where the memory of a workspace stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryHead {
    /// The number of the last change: 1, 2, 3, ...
    pub change: i64,
    /// An index that was read up to a smaller number may hold items that are gone without a trace: it starts anew. 0 for none.
    pub rebuilt: i64,
}

/// Where the memory of the transaction's workspace stands; `None` if nothing was ever kept there.
pub(super) fn find(tx: &mut Tx<'_>) -> Result<Option<MemoryHead>> {
    let found = tx.first("SELECT change, rebuilt FROM memory_heads WHERE workspace_id = $1", params![])?;
    found.map(|mut row| Ok(MemoryHead { change: row.next_int()?, rebuilt: row.next_int()? })).transpose()
}
