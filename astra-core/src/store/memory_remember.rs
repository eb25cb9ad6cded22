//! What is written of a turn that is remembered: the memories, the rows of the index and the end of its wait, in one transaction.

use super::error::{Error, Result};
use super::memories::{self};
use super::memory_changes;
use super::memory_heads;
use super::memory_index::{self, IndexEntry, IndexRow};
use super::memory_keep::{self, Kept, NewMemory};
use super::memory_kinds::MemoryReason;
use super::memory_pending::PendingTurn;
use super::memory_success;
use super::memory_tier::MemoryTier;
use super::memory_versions::Author;
use super::rows::Rows;
use super::spans::Span;
use super::tx::Tx;
use crate::ids::{MemoryId, SessionId, TurnId};
use crate::params;

/// Most memories of a user that are looked through for what is to be forgotten, the newest ones.
const PRESENT_MAX: u32 = 2_000;
/// Questions that one transaction trims.
const TRIMMED: u32 = 1_000;
/// Who takes away what a user asks to forget.
const AUTHOR: &str = "gateway";

/// A memory of a user that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentMemory {
    /// Its id.
    pub id: MemoryId,
    /// What it is about, folded.
    pub slot: Option<String>,
    /// What is remembered.
    pub content: String,
    /// The attribute of what it is about, as it was first named.
    pub attribute: Option<String>,
    /// What of it is so.
    pub value: Option<String>,
}

/// What is written of a turn.
#[derive(Debug, Clone)]
pub struct RememberedTurn {
    /// The turn, as it was given to this gateway.
    pub turn: PendingTurn,
    /// What its question is found by; `None`: it is not found.
    pub question: Option<IndexEntry>,
    /// What is kept.
    pub memories: Vec<NewMemory>,
    /// What is taken away.
    pub forgotten: Vec<MemoryId>,
    /// The procedure that has worked.
    pub succeeded: Option<MemoryId>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// What became of a turn that was to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remembered {
    /// It is remembered.
    Kept(Vec<Kept>),
    /// Its memory was taken back before, or its session is deleted: nothing is written.
    Undone,
    /// It went to another gateway: nothing is written.
    Lost,
}

/// The turns of a workspace that are to be remembered.
#[derive(Clone, Copy)]
pub struct PendingMemory<'a>(pub(super) &'a Rows);

impl PendingMemory<'_> {
    /// The memories of a user that hold at `now_ms`, newest first, at most 2,000.
    pub async fn present(self, subject: i64, now_ms: i64) -> Result<Vec<PresentMemory>> {
        self.present_where(subject, now_ms, "").await
    }

    /// Those of them that have an attribute.
    pub async fn present_attributes(self, subject: i64, now_ms: i64) -> Result<Vec<PresentMemory>> {
        self.present_where(subject, now_ms, r#"AND data LIKE '%"attribute":%'"#).await
    }

    async fn present_where(self, subject: i64, now_ms: i64, condition: &'static str) -> Result<Vec<PresentMemory>> {
        self.0
            .read(move |tx| {
                let sql = format!(
                    "SELECT id, slot, content, data FROM memories WHERE workspace_id = $1 AND subject = $2
                    AND deleted_at_ms IS NULL AND superseded_by IS NULL AND (valid_to_ms IS NULL OR valid_to_ms > $3)
                    AND (expires_at_ms IS NULL OR expires_at_ms > $3) {condition} ORDER BY id DESC LIMIT $4"
                );
                let mut found = Vec::new();
                for mut row in tx.query(&sql, params![subject, now_ms, PRESENT_MAX])? {
                    let (id, slot, content) = (row.next_id()?, row.next_optional_text()?, row.next_text()?);
                    let data: serde_json::Map<String, serde_json::Value> = row.next_json()?;
                    let text = |name: &str| data.get(name).and_then(|value| value.as_str()).map(str::to_owned);
                    found.push(PresentMemory { id, slot, content, attribute: text("attribute"), value: text("value") });
                }
                Ok(found)
            })
            .await
    }

    /// Lets questions of a user be found no more, the oldest ones, until `count_max` are left; at most 1,000 in one transaction.
    /// Answers whether there may be more. Their turns stay.
    pub async fn trim_questions(self, subject: i64, count_max: u32) -> Result<bool> {
        self.0
            .write_locking(move |tx| {
                let newest =
                    "SELECT item_id FROM memory_index WHERE workspace_id = $1 AND subject = $2 AND tier = 'session'
                    AND is_dead = 0 ORDER BY item_id DESC LIMIT 1 OFFSET $3";
                let Some(mut row) = tx.first(newest, params![subject, count_max])? else { return Ok(false) };
                let last: i64 = row.next_int()?;
                let change = memory_heads::next(tx)?;
                let old =
                    "SELECT item_id FROM memory_index WHERE workspace_id = $1 AND subject = $2 AND tier = 'session'
                    AND is_dead = 0 AND item_id <= $3 ORDER BY item_id LIMIT $4";
                let mut trimmed = 0;
                for mut row in tx.query(old, params![subject, last, TRIMMED])? {
                    memory_index::kill(tx, change, row.next_int()?)?;
                    trimmed += 1;
                }
                Ok(trimmed == TRIMMED)
            })
            .await
    }

    /// The procedure that the turn before `turn` in its session recalled first; `None` if it recalled none, or has no trace.
    pub async fn procedure_before(self, session: SessionId, turn: TurnId) -> Result<Option<MemoryId>> {
        self.0
            .read(move |tx| {
                let sql = "SELECT spans FROM turns WHERE workspace_id = $1 AND session_id = $2 AND id < $3
                    ORDER BY id DESC LIMIT 1";
                let Some(mut row) = tx.first(sql, params![session, turn])? else { return Ok(None) };
                let Some(spans) = row.next_optional_text()? else { return Ok(None) };
                let spans: Vec<Span> = serde_json::from_str(&spans).map_err(Error::broken)?;
                let mut recalled = spans.into_iter().filter_map(|span| span.memories).flatten();
                Ok(recalled
                    .find(|memory| memory.tier == MemoryTier::Procedural)
                    .and_then(|memory| memory.id.parse().ok()))
            })
            .await
    }

    /// Writes what is remembered of a turn, and ends its wait.
    pub async fn complete(self, remembered: RememberedTurn) -> Result<Remembered> {
        self.0.write_locking(move |tx| complete(tx, &remembered)).await
    }
}

fn complete(tx: &mut Tx<'_>, remembered: &RememberedTurn) -> Result<Remembered> {
    let RememberedTurn { turn, question, memories, forgotten, succeeded, now_ms } = remembered;
    let is_empty = question.is_none() && memories.is_empty() && forgotten.is_empty() && succeeded.is_none();
    // The head comes first: it is the lock of the workspace's memory.
    let change = if is_empty { 0 } else { memory_heads::next(tx)? };
    let sql = "DELETE FROM memory_pending WHERE turn_id = $2 AND epoch = $3 AND workspace_id = $1";
    if tx.execute(sql, params![turn.lease.turn_id, turn.lease.epoch])? == 0 {
        return Ok(Remembered::Lost);
    }
    if is_empty {
        return Ok(Remembered::Kept(Vec::new()));
    }
    if is_undone(tx, turn)? {
        return Ok(Remembered::Undone);
    }
    if let Some(entry) = question {
        memory_index::put(tx, change, &question_row(turn, entry))?;
    }
    let author =
        Author { id: AUTHOR, turn_id: Some(turn.lease.turn_id), session_id: Some(turn.session_id), now_ms: *now_ms };
    for id in forgotten {
        let found = memories::find_any(tx, *id)?;
        if let Some(memory) = found.filter(|memory| memory.subject == turn.subject && memory.deleted_at_ms.is_none()) {
            memory_changes::remove(tx, change, memory, MemoryReason::Deleted, author)?;
        }
    }
    if let Some(id) = succeeded {
        memory_success::note(tx, *id, turn, author)?;
    }
    let kept = memories.iter().map(|memory| memory_keep::keep(tx, change, memory, *now_ms)).collect::<Result<_>>()?;
    Ok(Remembered::Kept(kept))
}

/// Whether nothing may be made of the turn any more.
fn is_undone(tx: &mut Tx<'_>, turn: &PendingTurn) -> Result<bool> {
    let sql = "SELECT turn_id FROM memory_undone WHERE workspace_id = $1 AND turn_id = $2";
    if tx.first(sql, params![turn.lease.turn_id])?.is_some() {
        return Ok(true);
    }
    let sql = "SELECT id FROM sessions WHERE workspace_id = $1 AND id = $2 AND status IN ('active', 'archived')";
    Ok(tx.first(sql, params![turn.session_id])?.is_none())
}

/// The row by which the question of a turn is found: its id is the turn's key.
fn question_row(turn: &PendingTurn, entry: &IndexEntry) -> IndexRow {
    IndexRow {
        item_id: turn.lease.turn_id.key(),
        subject: turn.subject,
        tier: MemoryTier::Session,
        embedder: entry.embedder,
        vector: entry.vector.clone(),
        terms: entry.terms.clone(),
        created_at_ms: turn.created_at_ms,
        valid_from_ms: turn.created_at_ms,
        valid_to_ms: None,
        expires_at_ms: turn.remember.expires_at_ms,
        is_dead: false,
        change: 0,
    }
}
