//! What a turn or a session has made of memory is taken back, in one transaction, as new versions: what it created goes, what
//! that had superseded holds again, and nothing is made of its questions again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::actor::Target;
use super::error::Result;
use super::idempotency::OnceKey;
use super::memories::{self, Memories, MemoryReader, StoredMemory};
use super::memory_changes::remove;
use super::memory_heads;
use super::memory_index::{self, IndexEntry};
use super::memory_keep::{live_of_slot, touch};
use super::memory_kinds::{MemoryReason, value};
use super::memory_undo_turns::{UndoTarget, forget_turns, owner};
use super::memory_versions::{self, Author};
use super::tx::Tx;
use crate::ids::MemoryId;
use crate::params;

/// Makes what a text is found by. It has no effect of its own, and may run again.
pub type Indexer = Arc<dyn Fn(&str) -> IndexEntry + Send + Sync>;

/// What became of a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UndoOutcome {
    /// It is gone.
    Deleted,
    /// It holds again, since what held in its place is gone.
    Restored,
    /// It is as it was before.
    Reverted,
    /// It stays, since others have confirmed or changed it since.
    Kept,
}

/// The account of what was taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// Turns of which nothing is made again, but for those that were taken back before.
    pub turns: u64,
    /// What became of which memory.
    pub memories: Vec<(MemoryId, UndoOutcome)>,
}

/// A version, without the memory.
struct Stamp {
    version: u32,
    reason: MemoryReason,
    /// Whether what is taken back wrote it.
    is_own: bool,
}

/// One undoing, while it runs.
struct Undoing<'a> {
    number: i64,
    target: UndoTarget,
    author: Author<'a>,
    index: &'a Indexer,
    done: Undone,
}

impl Memories<'_> {
    /// Takes back what a turn or a session of `reader` has made of its memory, and with `with_workspace` of the workspace's;
    /// `None` if there is no such turn or session of its own.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn undo(
        self,
        target: UndoTarget,
        reader: MemoryReader,
        with_workspace: bool,
        index: Indexer,
        once: Option<OnceKey>,
    ) -> Result<Option<Undone>> {
        let actor = self.0.actor();
        let now_ms = reader.now_ms;
        self.0
            .lock_found_once(once, now_ms, move |tx| {
                let number = memory_heads::next(tx)?;
                let Some(own) = memories::subject_number(tx, &reader.user_id)? else { return Ok(None) };
                let owner = owner(tx, target)?;
                let ids = written_by(tx, target, own, with_workspace)?;
                // Memory outlives the session that it was made in.
                if owner.is_some_and(|owner| owner != own) || owner.is_none() && ids.is_empty() {
                    return Ok(None);
                }
                let author = Author { id: &reader.user_id, turn_id: None, session_id: None, now_ms };
                let done = Undone { turns: forget_turns(tx, number, target, own)?, memories: Vec::new() };
                let mut undoing = Undoing { number, target, author, index: &index, done };
                for id in ids {
                    undoing.memory(tx, id)?;
                }
                let id = match target {
                    UndoTarget::Turn(id) => id.to_string(),
                    UndoTarget::Session(id) => id.to_string(),
                };
                let changes = json!({"memories": undoing.done.memories.len()});
                tx.audit(actor.as_deref(), Target { kind: "memory", id: &id }, &changes)?;
                Ok(Some(undoing.done))
            })
            .await
    }
}

/// The memories that a turn or a session has written, the newest first.
fn written_by(tx: &mut Tx<'_>, target: UndoTarget, own: i64, with_workspace: bool) -> Result<Vec<MemoryId>> {
    let (column, key) = target.column();
    let sql = format!(
        "SELECT DISTINCT m.id FROM memory_versions v JOIN memories m ON m.workspace_id = v.workspace_id AND m.id = v.memory_id
        WHERE v.workspace_id = $1 AND v.{column} = $2 AND m.subject IN ($3, $4) ORDER BY m.id DESC"
    );
    let shared = if with_workspace { 0 } else { own };
    tx.query(&sql, params![key, own, shared])?.iter_mut().map(|row| row.next_id()).collect()
}

impl Undoing<'_> {
    fn note(&mut self, id: MemoryId, outcome: UndoOutcome) {
        self.done.memories.push((id, outcome));
    }

    fn memory(&mut self, tx: &mut Tx<'_>, id: MemoryId) -> Result<()> {
        let memory = memories::find_any(tx, id)?.ok_or_else(memory_versions::lost)?;
        let stamps = self.stamps(tx, id)?;
        let is_said = |stamp: &Stamp| matches!(stamp.reason, MemoryReason::Created | MemoryReason::Confirmed);
        let said = stamps.iter().filter(|stamp| stamp.is_own && is_said(stamp)).count();
        let is_change = |stamp: &Stamp| is_said(stamp) || is_edit(stamp.reason);
        let Some(first) = stamps.iter().find(|stamp| stamp.is_own && is_change(stamp)) else { return Ok(()) };
        let is_created = first.reason == MemoryReason::Created;
        let later = || stamps.iter().filter(|stamp| !stamp.is_own && stamp.version > first.version);
        let is_touched = later().any(is_change);
        if is_created && memory.deleted_at_ms.is_none() && !is_touched {
            return self.uncreate(tx, memory);
        }
        if is_created && memory.deleted_at_ms.is_some() {
            return self.release(tx, &memory);
        }
        let is_last = later().next().is_none();
        if !is_created && is_last {
            return self.take_back(tx, &memory, first.version.saturating_sub(1));
        }
        self.lower_evidence(tx, memory, said)
    }

    /// The versions of a memory, oldest first.
    fn stamps(&self, tx: &mut Tx<'_>, id: MemoryId) -> Result<Vec<Stamp>> {
        let (column, key) = self.target.column();
        let sql = format!(
            "SELECT version, reason, CAST(CASE WHEN {column} = $3 THEN 1 ELSE 0 END AS BIGINT) FROM memory_versions
            WHERE workspace_id = $1 AND memory_id = $2 ORDER BY version"
        );
        let read = |row: &mut super::value::Row| {
            Ok(Stamp { version: row.next_count()?, reason: value(row.next_text()?)?, is_own: row.next_truth()? })
        };
        tx.query(&sql, params![id, key])?.iter_mut().map(read).collect()
    }

    /// A memory that was created goes.
    fn uncreate(&mut self, tx: &mut Tx<'_>, memory: StoredMemory) -> Result<()> {
        remove(tx, self.number, memory.clone(), MemoryReason::Undone, self.author)?;
        self.note(memory.id, UndoOutcome::Deleted);
        self.release(tx, &memory)
    }

    /// What `gone` had superseded holds again; or, if `gone` was superseded itself, is superseded by what did that.
    fn release(&mut self, tx: &mut Tx<'_>, gone: &StoredMemory) -> Result<()> {
        let (column, key) = self.target.column();
        let condition = format!(
            "m.superseded_by = $2 AND m.deleted_at_ms IS NULL
            AND m.id IN (SELECT v.memory_id FROM memory_versions v WHERE v.workspace_id = $1 AND v.{column} = $3) ORDER BY m.id"
        );
        for mut old in memories::matching(tx, &condition, params![gone.id, key])? {
            let holder = match gone.superseded_by {
                Some(id) => memories::find_any(tx, id)?.filter(|memory| memory.deleted_at_ms.is_none()),
                None => None,
            };
            (old.valid_to_ms, old.superseded_by) = (None, None);
            let holder = holder.map_or_else(|| holder_of(tx, &old), |holder| Ok(Some(holder)))?;
            let outcome = self.place(tx, &mut old, holder.as_ref(), MemoryReason::Restored)?;
            memory_index::limit(tx, self.number, old.id.key(), old.valid_to_ms, old.expires_at_ms)?;
            outcome.into_iter().for_each(|outcome| self.note(old.id, outcome));
        }
        Ok(())
    }

    /// Writes `memory`, which holds again unless `holder` holds of its slot; answers what became of it if it does.
    fn place(
        &self,
        tx: &mut Tx<'_>,
        memory: &mut StoredMemory,
        holder: Option<&StoredMemory>,
        reason: MemoryReason,
    ) -> Result<Option<UndoOutcome>> {
        let Some(holder) = holder else {
            touch(tx, memory, reason, self.author)?;
            return Ok(Some(UndoOutcome::Restored));
        };
        memory.valid_to_ms = Some(holder.valid_from_ms.max(memory.valid_from_ms));
        memory.superseded_by = Some(holder.id);
        // As if the holder had done it: taking that back restores this one.
        let author = Author { turn_id: holder.turn_id, session_id: holder.session_id, ..self.author };
        touch(tx, memory, MemoryReason::Superseded, author)?;
        Ok(None)
    }

    /// A memory is written again as it was in `version`.
    fn take_back(&mut self, tx: &mut Tx<'_>, present: &StoredMemory, version: u32) -> Result<()> {
        let wanted = memory_versions::find_version(tx, present.id, version)?.ok_or_else(memory_versions::lost)?.memory;
        let mut memory = StoredMemory { version: present.version, ..wanted };
        let holder = if memory.is_live() { holder_of(tx, &memory)? } else { None };
        self.place(tx, &mut memory, holder.as_ref(), MemoryReason::Undone)?;
        self.note(memory.id, UndoOutcome::Reverted);
        if memory.deleted_at_ms.is_some() {
            return memory_index::kill(tx, self.number, memory.id.key());
        }
        memory_index::put(tx, self.number, &memory.index_row(&(self.index)(&memory.content)))
    }

    /// A memory stays; what was said of it does not count any more.
    fn lower_evidence(&mut self, tx: &mut Tx<'_>, mut memory: StoredMemory, said: usize) -> Result<()> {
        let said = u32::try_from(said).unwrap_or(u32::MAX);
        if said > 0 && memory.deleted_at_ms.is_none() {
            memory.evidence = memory.evidence.saturating_sub(said).max(1);
            touch(tx, &mut memory, MemoryReason::Undone, self.author)?;
        }
        self.note(memory.id, UndoOutcome::Kept);
        Ok(())
    }
}

/// Whether a version of this reason is a change that a person has made on purpose.
const fn is_edit(reason: MemoryReason) -> bool {
    use MemoryReason::{Deleted, Merged, Reverted, Updated};
    matches!(reason, Updated | Reverted | Merged | Deleted)
}

/// What holds of the slot of `memory` beside itself.
fn holder_of(tx: &mut Tx<'_>, memory: &StoredMemory) -> Result<Option<StoredMemory>> {
    let Some(slot) = memory.slot.as_deref() else { return Ok(None) };
    let live = live_of_slot(tx, memory.subject, memory.tier, slot)?;
    Ok(live.into_iter().rev().find(|other| other.id != memory.id))
}
