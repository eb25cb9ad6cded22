//! How memories are kept. Nothing is decided by how alike two texts sound: of one owner, tier and slot the newest value holds,
//! and the same value again is more evidence.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::actor::Target;
use super::error::Result;
use super::idempotency::OnceKey;
use super::memories::{self, Memories, StoredMemory};
use super::memory_decay::strengthened;
use super::memory_heads;
use super::memory_index::{self, IndexEntry};
use super::memory_kinds::{MemoryCategory, MemoryReason, MemorySource};
use super::memory_relations;
use super::memory_tier::MemoryTier;
use super::memory_value::{hash, is_same};
use super::memory_versions::{self, Author};
use super::subjects;
use super::tx::Tx;
use crate::ids::{MemoryId, SessionId, TurnId};
use crate::params;

/// What is less believed than this takes the place of nothing that is believed.
const TRUSTED: f64 = 0.5;
/// A note of the tier `daily` that is said again within so many milliseconds is the same note: a day.
const SAME_NOTE_MS: i64 = 24 * 3_600_000;

/// A memory to be kept.
#[derive(Debug, Clone)]
pub struct NewMemory {
    /// A new id.
    pub id: MemoryId,
    /// Its tier, which is not `session`.
    pub tier: MemoryTier,
    /// Whose it is; `None`: the workspace's.
    pub user_id: Option<Arc<str>>,
    /// The owner's number, should it have none yet: a new key.
    pub subject_candidate: i64,
    /// The agent in whose turn it was made, or that it is for.
    pub agent_id: Option<String>,
    /// The session in which it was made.
    pub session_id: Option<SessionId>,
    /// The turn in which it was made.
    pub turn_id: Option<TurnId>,
    /// What a daily note is about.
    pub category: Option<MemoryCategory>,
    /// What it is about, folded; `None`: it takes the place of nothing.
    pub slot: Option<String>,
    /// What is remembered.
    pub content: String,
    /// What its tier has beside the content. A text `value` is what is compared with other memories of its slot.
    pub data: Map<String, Json>,
    /// The words of the user that it was made of.
    pub quote: Option<String>,
    /// Where it comes from.
    pub source: MemorySource,
    /// The name of the rule that found it.
    pub rule: Option<String>,
    /// 0 to 1: how far its origin is to be believed.
    pub trust: f64,
    /// 0 to 1: how sure it is.
    pub confidence: f64,
    /// From when on it holds, in milliseconds since the epoch.
    pub valid_from_ms: i64,
    /// Until when it holds; `None`: until another one of its slot holds.
    pub valid_to_ms: Option<i64>,
    /// When it is forgotten; `None` for never.
    pub expires_at_ms: Option<i64>,
    /// Who keeps it: `usr_...`, `svc_...`, or `gateway`.
    pub created_by: String,
    /// What its content is found by.
    pub index: IndexEntry,
}

/// What became of a memory that was to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    /// It is kept.
    New(MemoryId),
    /// This one holds the same already, and has more evidence now.
    Same(MemoryId),
    /// It is kept, and holds in place of others.
    Superseded {
        /// The new one.
        new: MemoryId,
        /// Those that do not hold any more.
        old: Vec<MemoryId>,
    },
}

impl Kept {
    /// The memory that holds what was to be kept.
    #[must_use]
    pub const fn id(&self) -> MemoryId {
        match self {
            Self::New(id) | Self::Same(id) | Self::Superseded { new: id, .. } => *id,
        }
    }
}

/// Keeps a memory, in the transaction whose change of memory has the number `change`.
pub(super) fn keep(tx: &mut Tx<'_>, change: i64, new: &NewMemory, now_ms: i64) -> Result<Kept> {
    let subject = match new.user_id.as_deref() {
        Some(user_id) => subjects::ensure(tx, user_id, new.subject_candidate)?,
        None => 0,
    };
    let author = Author { id: &new.created_by, turn_id: new.turn_id, session_id: new.session_id, now_ms };
    // What holds for a time only takes the place of nothing: what holds without an end holds after it.
    let slot = new.slot.as_deref().filter(|_| new.valid_to_ms.is_none());
    let live = slot.map_or_else(|| Ok(Vec::new()), |slot| live_of_slot(tx, subject, new.tier, slot))?;
    let is_same = |memory: &StoredMemory| is_same((&memory.content, &memory.data), (&new.content, &new.data));
    let is_there = |memory: &StoredMemory| memory.expires_at_ms.is_none_or(|at_ms| at_ms > now_ms);
    if let Some(same) = live.iter().find(|memory| is_there(memory) && is_same(memory)) {
        return confirm(tx, change, same.clone(), new, author);
    }
    let is_weaker = new.trust < TRUSTED && live.iter().any(|memory| is_there(memory) && memory.trust >= TRUSTED);
    if (slot.is_none() || is_weaker)
        && let Some(same) =
            double(tx, subject, new, now_ms)?.into_iter().find(|memory| is_there(memory) && is_same(memory))
    {
        return confirm(tx, change, same, new, author);
    }
    let slot = if is_weaker { None } else { new.slot.clone() };
    let memory = begin(new, subject, slot, now_ms);
    memories::insert(tx, &memory)?;
    memory_relations::show(tx, &memory, MemoryReason::Created, now_ms)?;
    memory_versions::record(tx, &memory, MemoryReason::Created, author)?;
    memory_index::put(tx, change, &memory.index_row(&new.index))?;
    if is_weaker || live.is_empty() {
        return Ok(Kept::New(new.id));
    }
    let old = live.iter().map(|memory| memory.id).collect();
    live.into_iter().try_for_each(|old| supersede(tx, change, old, &memory, author))?;
    Ok(Kept::Superseded { new: new.id, old })
}

/// The row of a memory that is kept now.
fn begin(new: &NewMemory, subject: i64, slot: Option<String>, now_ms: i64) -> StoredMemory {
    StoredMemory {
        id: new.id,
        tier: new.tier,
        subject,
        user_id: new.user_id.as_deref().map(str::to_owned),
        agent_id: new.agent_id.clone(),
        session_id: new.session_id,
        turn_id: new.turn_id,
        category: new.category,
        slot,
        content: new.content.clone(),
        data: new.data.clone(),
        quote: new.quote.clone(),
        source: new.source,
        rule: new.rule.clone(),
        trust: new.trust,
        confidence: new.confidence,
        strength: 1.0,
        strength_at_ms: now_ms,
        evidence: 1,
        valid_from_ms: new.valid_from_ms,
        valid_to_ms: new.valid_to_ms,
        superseded_by: None,
        expires_at_ms: new.expires_at_ms,
        version: 1,
        created_at_ms: now_ms,
        updated_at_ms: now_ms,
        created_by: new.created_by.clone(),
        deleted_at_ms: None,
    }
}

/// The memories that hold of one slot: one, but for those whose life is over already.
pub(super) fn live_of_slot(tx: &mut Tx<'_>, subject: i64, tier: MemoryTier, slot: &str) -> Result<Vec<StoredMemory>> {
    let condition = "m.subject = $2 AND m.slot = $3 AND m.slot IS NOT NULL AND m.valid_to_ms IS NULL
        AND m.deleted_at_ms IS NULL AND m.tier = $4 ORDER BY m.id";
    memories::matching(tx, condition, params![subject, slot, tier.as_str()])
}

/// The memories without a slot that may say the same as `new`.
fn double(tx: &mut Tx<'_>, subject: i64, new: &NewMemory, now_ms: i64) -> Result<Vec<StoredMemory>> {
    let condition =
        "m.subject = $2 AND m.content_hash = $3 AND m.tier = $4 AND m.deleted_at_ms IS NULL ORDER BY m.id DESC";
    let hash = hash(&new.content, &new.data);
    let mut found = memories::matching(tx, condition, params![subject, hash.as_slice(), new.tier.as_str()])?;
    let is_recent =
        |memory: &StoredMemory| new.tier != MemoryTier::Daily || memory.created_at_ms > now_ms - SAME_NOTE_MS;
    found.retain(|memory| {
        let has_no_place = memory.slot.is_none() || new.valid_to_ms.is_some();
        has_no_place && memory.valid_to_ms == new.valid_to_ms && memory.category == new.category && is_recent(memory)
    });
    Ok(found)
}

/// The same was said again.
fn confirm(
    tx: &mut Tx<'_>,
    change: i64,
    mut memory: StoredMemory,
    new: &NewMemory,
    author: Author<'_>,
) -> Result<Kept> {
    let expires_at_ms = memory.expires_at_ms.zip(new.expires_at_ms).map(|(one, other)| one.max(other));
    let limit_changes = expires_at_ms != memory.expires_at_ms;
    memory.evidence = memory.evidence.saturating_add(1);
    memory.confidence = (memory.confidence + (1.0 - memory.confidence) * new.confidence * 0.5).clamp(0.0, 1.0);
    memory.trust = memory.trust.max(new.trust);
    if memory.tier == MemoryTier::Graph {
        memory.strength =
            strengthened(memory.strength, memory.strength_at_ms, memory_relations::GAIN_OF_SAYING, author.now_ms);
    }
    memory.strength_at_ms = author.now_ms.max(memory.strength_at_ms);
    memory.expires_at_ms = expires_at_ms;
    touch(tx, &mut memory, MemoryReason::Confirmed, author)?;
    if limit_changes {
        memory_index::limit(tx, change, memory.id.key(), memory.valid_to_ms, memory.expires_at_ms)?;
    }
    Ok(Kept::Same(memory.id))
}

/// Writes a changed memory as its next version.
pub(super) fn touch(
    tx: &mut Tx<'_>,
    memory: &mut StoredMemory,
    reason: MemoryReason,
    author: Author<'_>,
) -> Result<()> {
    memory.version = memory.version.saturating_add(1);
    memory.updated_at_ms = author.now_ms;
    memories::write(tx, memory)?;
    memory_relations::show(tx, memory, reason, author.now_ms)?;
    memory_versions::record(tx, memory, reason, author)
}

/// `old` does not hold any more since `by` does.
pub(super) fn supersede(
    tx: &mut Tx<'_>,
    change: i64,
    mut old: StoredMemory,
    by: &StoredMemory,
    author: Author<'_>,
) -> Result<()> {
    old.valid_to_ms = Some(by.valid_from_ms.max(old.valid_from_ms));
    old.superseded_by = Some(by.id);
    touch(tx, &mut old, MemoryReason::Superseded, author)?;
    memory_index::limit(tx, change, old.id.key(), old.valid_to_ms, old.expires_at_ms)
}

impl Memories<'_> {
    /// Keeps a memory; answers the one that holds what was to be kept, and whether it is new.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn keep(self, new: NewMemory, once: Option<OnceKey>, now_ms: i64) -> Result<(Kept, StoredMemory)> {
        let actor = self.0.actor();
        self.0
            .lock_once(once, now_ms, move |tx| {
                let change = memory_heads::next(tx)?;
                let kept = keep(tx, change, &new, now_ms)?;
                let target = kept.id().to_string();
                tx.audit(actor.as_deref(), Target { kind: "memory", id: &target }, &json!({"tier": new.tier}))?;
                let memory = memories::find_any(tx, kept.id())?.ok_or_else(memory_versions::lost)?;
                Ok((kept, memory))
            })
            .await
    }
}
