//! How memories are changed, deleted and written again as they were.

use serde_json::{Map, Value as Json, json};

use super::actor::{Actor, Target};
use super::error::{MemoryRefusal, Result};
use super::idempotency::OnceKey;
use super::memories::{self, Memories, MemoryReader, StoredMemory};
use super::memory_heads;
use super::memory_index::{self, IndexEntry};
use super::memory_keep::{live_of_slot, supersede, touch};
use super::memory_kinds::{MemoryCategory, MemoryReason};
use super::memory_tier::MemoryTier;
use super::memory_versions::{self, Author};
use super::precondition::Precondition;
use super::tx::Tx;
use crate::ids::MemoryId;

/// What a memory is from now on.
#[derive(Debug, Clone)]
pub struct MemoryChange {
    /// Which one.
    pub id: MemoryId,
    /// What is remembered.
    pub content: String,
    /// What a daily note is about.
    pub category: Option<MemoryCategory>,
    /// What its tier has beside the content.
    pub data: Map<String, Json>,
    /// Until when it holds, in milliseconds since the epoch; `None`: without an end.
    pub valid_to_ms: Option<i64>,
    /// When it is forgotten; `None` for never.
    pub expires_at_ms: Option<i64>,
    /// What its content is found by.
    pub index: IndexEntry,
}

/// The author of what `reader` does.
fn author(reader: &MemoryReader) -> Author<'_> {
    Author { id: &reader.user_id, turn_id: None, session_id: None, now_ms: reader.now_ms }
}

impl Memories<'_> {
    /// Changes a memory; `None` if it is not there or `reader` does not see it. One that holds again takes the place of what
    /// holds of its slot.
    ///
    /// # Errors
    /// [`Refusal::Stale`](super::Refusal::Stale) if `precondition` does not hold.
    pub async fn update(
        self,
        change: MemoryChange,
        reader: MemoryReader,
        precondition: Precondition,
    ) -> Result<Option<StoredMemory>> {
        let actor = self.0.actor();
        self.0
            .write_locking(move |tx| {
                let number = memory_heads::next(tx)?;
                let Some(mut memory) = memories::find(tx, change.id, &reader)? else { return Ok(None) };
                precondition.check(memory.revision())?;
                memory.content.clone_from(&change.content);
                memory.data.clone_from(&change.data);
                memory.category = change.category;
                memory.valid_to_ms = change.valid_to_ms;
                memory.expires_at_ms = change.expires_at_ms;
                state_anew(&mut memory, reader.now_ms);
                if memory.valid_to_ms.is_none() {
                    memory.superseded_by = None;
                }
                touch(tx, &mut memory, MemoryReason::Updated, author(&reader))?;
                settle(tx, number, &memory, &change.index, author(&reader))?;
                audit(tx, actor.as_deref(), memory.id, &Json::Null)?;
                Ok(Some(memory))
            })
            .await
    }

    /// Deletes a memory; false if it is not there or `reader` does not see it. Its versions stay.
    ///
    /// # Errors
    /// [`Refusal::Stale`](super::Refusal::Stale) if `precondition` does not hold.
    pub async fn delete(self, id: MemoryId, reader: MemoryReader, precondition: Precondition) -> Result<bool> {
        let actor = self.0.actor();
        self.0
            .write_locking(move |tx| {
                let number = memory_heads::next(tx)?;
                let Some(memory) = memories::find(tx, id, &reader)? else { return Ok(false) };
                precondition.check(memory.revision())?;
                remove(tx, number, memory, MemoryReason::Deleted, author(&reader))?;
                audit(tx, actor.as_deref(), id, &Json::Null)?;
                Ok(true)
            })
            .await
    }

    /// Writes a memory again as it was in `version`, deleted or not, as a new version; `None` if it is not there or `reader` does
    /// not see it. `index` is what the content of that version is found by. If it holds, it takes the place of what holds of
    /// its slot.
    ///
    /// # Errors
    /// [`MemoryRefusal::NoSuchVersion`]; [`MemoryRefusal::DeletedVersion`]; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn revert(
        self,
        id: MemoryId,
        version: u32,
        index: IndexEntry,
        reader: MemoryReader,
        once: Option<OnceKey>,
    ) -> Result<Option<StoredMemory>> {
        let actor = self.0.actor();
        let now_ms = reader.now_ms;
        self.0
            .lock_found_once(once, now_ms, move |tx| {
                let number = memory_heads::next(tx)?;
                let present = memories::find_any(tx, id)?.filter(|memory| memories::is_shown(memory, &reader));
                let Some(present) = present else { return Ok(None) };
                let wanted =
                    memory_versions::find_version(tx, id, version)?.ok_or(MemoryRefusal::NoSuchVersion)?.memory;
                if wanted.deleted_at_ms.is_some() {
                    return Err(MemoryRefusal::DeletedVersion.into());
                }
                let mut memory = StoredMemory { version: present.version, ..wanted };
                state_anew(&mut memory, now_ms);
                touch(tx, &mut memory, MemoryReason::Reverted, author(&reader))?;
                settle(tx, number, &memory, &index, author(&reader))?;
                audit(tx, actor.as_deref(), id, &json!({"version": version}))?;
                Ok(Some(memory))
            })
            .await
    }
}

/// What a caller changes or reverts is as if it were first said: relations that had faded are in the graph again.
fn state_anew(memory: &mut StoredMemory, now_ms: i64) {
    if memory.tier == MemoryTier::Graph {
        (memory.strength, memory.strength_at_ms) = (1.0, now_ms);
    }
}

/// Lets a memory that was changed be found as it is now. If it holds, nothing else holds of its slot.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    number: i64,
    memory: &StoredMemory,
    index: &IndexEntry,
    author: Author<'_>,
) -> Result<()> {
    memory_index::put(tx, number, &memory.index_row(index))?;
    let Some(slot) = memory.slot.as_deref().filter(|_| memory.is_live()) else { return Ok(()) };
    let mut others = live_of_slot(tx, memory.subject, memory.tier, slot)?;
    others.retain(|other| other.id != memory.id);
    others.into_iter().try_for_each(|other| supersede(tx, number, other, memory, author))
}

/// Takes a memory away: it is found by its history alone.
pub(super) fn remove(
    tx: &mut Tx<'_>,
    number: i64,
    mut memory: StoredMemory,
    reason: MemoryReason,
    author: Author<'_>,
) -> Result<()> {
    memory.deleted_at_ms = Some(author.now_ms);
    touch(tx, &mut memory, reason, author)?;
    memory_index::kill(tx, number, memory.id.key())
}

fn audit(tx: &mut Tx<'_>, actor: Option<&Actor>, id: MemoryId, changes: &Json) -> Result<()> {
    match actor {
        Some(_) => tx.audit(actor, Target { kind: "memory", id: &id.to_string() }, changes),
        None => Ok(()),
    }
}
