//! Procedures that have worked: the one that a turn recalled first, when the next message of its user says so.

use super::error::Result;
use super::memories;
use super::memory_keep;
use super::memory_kinds::MemoryReason;
use super::memory_pending::PendingTurn;
use super::memory_tier::MemoryTier;
use super::memory_versions::Author;
use super::tx::Tx;
use crate::ids::MemoryId;

/// The field of a procedure's data that counts how often it has worked.
pub const SUCCESS_COUNT: &str = "success_count";

/// Counts that a procedure of the turn's user, or of the workspace, has worked; as a version of the turn, so that it is taken back
/// with the turn.
pub(super) fn note(tx: &mut Tx<'_>, id: MemoryId, turn: &PendingTurn, author: Author<'_>) -> Result<()> {
    let is_meant = |memory: &memories::StoredMemory| {
        memory.tier == MemoryTier::Procedural
            && memory.is_live()
            && (memory.subject == turn.subject || memory.subject == 0)
    };
    let Some(mut memory) = memories::find_any(tx, id)?.filter(is_meant) else { return Ok(()) };
    let count = memory.data.get(SUCCESS_COUNT).and_then(serde_json::Value::as_u64).unwrap_or(0);
    memory.data.insert(SUCCESS_COUNT.to_owned(), count.saturating_add(1).into());
    memory_keep::touch(tx, &mut memory, MemoryReason::Confirmed, author)
}
