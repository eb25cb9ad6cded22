//! Memories of the tier `graph` in the graph: what such a memory says of entities is in its data, under `relations`.

use super::error::Result;
use super::memories::StoredMemory;
use super::memory_graph::{Evidence, NewRelation, relate, strengthen, unrelate};
use super::memory_kinds::MemoryReason;
use super::memory_tier::MemoryTier;
use super::tx::Tx;

/// What an edge gains when the same is said again.
const SAID_AGAIN: f64 = 0.2;

/// Shows a memory that was written just now in the graph: its edges are there as long as it holds.
pub(super) fn show(tx: &mut Tx<'_>, memory: &StoredMemory, reason: MemoryReason, now_ms: i64) -> Result<()> {
    if memory.tier != MemoryTier::Graph {
        return Ok(());
    }
    if reason == MemoryReason::Confirmed {
        return strengthen(tx, memory.id, SAID_AGAIN, now_ms);
    }
    if reason != MemoryReason::Created {
        unrelate(tx, memory.id)?;
    }
    if memory.deleted_at_ms.is_some() || memory.valid_to_ms.is_some_and(|to_ms| to_ms <= now_ms) {
        return Ok(());
    }
    let evidence = Evidence {
        memory: memory.id,
        subject: memory.subject,
        valid_from_ms: memory.valid_from_ms,
        valid_to_ms: memory.valid_to_ms,
        now_ms,
    };
    relate(tx, &evidence, &relations(memory)).map(drop)
}

/// What a memory says of entities; what is no relation is left out.
fn relations(memory: &StoredMemory) -> Vec<NewRelation> {
    let said = memory.data.get("relations").and_then(serde_json::Value::as_array).into_iter().flatten();
    said.filter_map(|relation| serde_json::from_value(relation.clone()).ok()).collect()
}
