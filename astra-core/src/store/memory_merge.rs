//! Entities that edges of the kind `also_known_as` join: all of them point to the oldest one, and keep their edges. When such an
//! edge is gone, they are parted again.

use super::error::Result;
use super::memory_graph_kinds::SAME_ENTITY;
use super::tx::Tx;
use crate::params;

/// Most entities that are one.
const JOINED_MAX: usize = 64;
const JOINED_LIMIT: i64 = 64;

/// Joins all entities that are one with `entity` by the edges that there are now, and no others.
pub(super) fn join(tx: &mut Tx<'_>, entity: i64) -> Result<()> {
    let joined = joined(tx, entity)?;
    let oldest = joined.iter().copied().min().unwrap_or(entity);
    for member in joined {
        let into = (member != oldest).then_some(oldest);
        let sql = "UPDATE memory_entities SET merged_into = $3 WHERE workspace_id = $1 AND id = $2";
        tx.execute(sql, params![member, into])?;
    }
    Ok(())
}

/// The entities that edges join with `entity`, itself among them.
fn joined(tx: &mut Tx<'_>, entity: i64) -> Result<Vec<i64>> {
    let sql = "SELECT to_id FROM memory_edges WHERE workspace_id = $1 AND from_id = $2 AND kind = $3
        UNION SELECT from_id FROM memory_edges WHERE workspace_id = $1 AND to_id = $2 AND kind = $3 ORDER BY 1 LIMIT $4";
    let mut joined = vec![entity];
    let mut next = 0;
    while let Some(member) = joined.get(next).copied() {
        next += 1;
        for mut row in tx.query(sql, params![member, SAME_ENTITY, JOINED_LIMIT])? {
            let other = row.next_int()?;
            if !joined.contains(&other) && joined.len() < JOINED_MAX {
                joined.push(other);
            }
        }
    }
    Ok(joined)
}
