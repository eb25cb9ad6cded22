//! Memories of a user are copied to the workspace: what is relevant, believed, and not there yet.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::actor::Target;
use super::error::Result;
use super::events::MemoryPropagatedData;
use super::idempotency::OnceKey;
use super::memories::{self, Memories, StoredMemory};
use super::memory_heads;
use super::memory_index::IndexEntry;
use super::memory_keep::{Kept, NewMemory, keep};
use super::memory_kinds::MemorySource;
use super::memory_tier::{MemoryTier, TierSet};
use super::memory_weight::memory_weight;
use super::tx::Tx;
use crate::ids::MemoryId;
use crate::params;

/// Memories that one call looks at, the newest first.
pub const PROPAGATED_MAX: usize = 200;
/// How relevant a memory is that is copied, unless the caller says otherwise.
pub const PROPAGATION_RELEVANCE: f64 = 0.72;
/// A memory that is so sure is copied however relevant it is.
pub const PROPAGATION_CONFIDENCE: f64 = 0.95;
/// What is less believed is not copied.
pub const PROPAGATION_TRUST: f64 = 0.5;

/// Which memories of a user are copied to the workspace.
#[derive(Debug, Clone)]
pub struct Propagation {
    /// Whose.
    pub user_id: String,
    /// Of which tiers.
    pub tiers: TierSet,
    /// Only these, if there are any.
    pub ids: Vec<MemoryId>,
    /// The least relevance, 0 to 1.
    pub relevance_min: f64,
    /// A new key for each memory that may be copied, and one for the owner.
    pub keys: Vec<i64>,
    /// Who copies.
    pub by: String,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// Why a memory was copied, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PropagationOutcome {
    /// The workspace has it now.
    Copied,
    /// The workspace had it already: it has more evidence now.
    Confirmed,
    /// It was copied before.
    AlreadyCopied,
    /// It is not relevant enough.
    NotRelevant,
    /// Its origin is not to be believed enough.
    NotTrusted,
}

/// What became of a memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Propagated {
    /// The user's memory.
    pub memory_id: MemoryId,
    /// The workspace's memory that says the same; `None` if it has none.
    pub workspace_memory_id: Option<MemoryId>,
    /// How relevant it is, 0 to 1.
    pub relevance: f64,
    /// What was done.
    pub outcome: PropagationOutcome,
}

/// How relevant a memory is to others, 0 to 1: how sure it is after all its evidence, times how far its origin is to be believed,
/// times what it weighs now.
#[must_use]
pub fn relevance(memory: &StoredMemory, now_ms: i64) -> f64 {
    let times = i32::try_from(memory.evidence.min(64)).unwrap_or(64);
    let sure = 1.0 - (1.0 - memory.confidence.clamp(0.0, 1.0)).powi(times);
    (sure * memory.trust * memory_weight(memory, now_ms)).clamp(0.0, 1.0)
}

impl Memories<'_> {
    /// Copies memories of a user to the workspace; answers what became of each that was looked at, the newest first; `None` if there
    /// is no such user in the workspace's memory.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn propagate(self, asked: Propagation, once: Option<OnceKey>) -> Result<Option<Vec<Propagated>>> {
        let actor = self.0.actor();
        let now_ms = asked.now_ms;
        self.0
            .write_found_once(once, now_ms, move |tx| {
                let Some(subject) = memories::subject_number(tx, &asked.user_id)? else { return Ok(None) };
                let found = candidates(tx, &asked, subject)?;
                if found.is_empty() && !has_memory(tx, subject)? {
                    return Ok(None);
                }
                let change = memory_heads::next(tx)?;
                let mut done = Vec::new();
                for (memory, key) in found.into_iter().zip(&asked.keys) {
                    done.push(propagate(tx, change, &asked, &memory, *key)?);
                }
                let is_kept = |one: &&Propagated| {
                    matches!(one.outcome, PropagationOutcome::Copied | PropagationOutcome::Confirmed)
                };
                let kept = done.iter().filter(is_kept).filter_map(|one| one.workspace_memory_id);
                let memory_ids: Vec<String> = kept.map(|id| id.to_string()).collect();
                if !memory_ids.is_empty() {
                    let target = Target { kind: "memory_of_user", id: &asked.user_id };
                    tx.audit(actor.as_deref(), target, &json!({"memory_ids": memory_ids}))?;
                    let data = MemoryPropagatedData { user_id: asked.user_id.clone(), memory_ids };
                    tx.emit_by(actor.as_deref(), Some(subject), &data)?;
                }
                Ok(Some(done))
            })
            .await
    }
}

/// Whether a subject has memory in the workspace.
fn has_memory(tx: &mut Tx<'_>, subject: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM memories WHERE workspace_id = $1 AND subject = $2 LIMIT 1";
    Ok(tx.first(sql, params![subject])?.is_some())
}

/// The memories of the user that are looked at, the newest first.
fn candidates(tx: &mut Tx<'_>, asked: &Propagation, subject: i64) -> Result<Vec<StoredMemory>> {
    let mut found = Vec::new();
    for tier in asked.tiers.iter().filter(|tier| *tier != MemoryTier::Session) {
        let condition = "m.subject = $2 AND m.tier = $3 AND m.deleted_at_ms IS NULL AND m.superseded_by IS NULL
            AND m.valid_from_ms <= $4 AND (m.valid_to_ms IS NULL OR m.valid_to_ms > $4)
            AND (m.expires_at_ms IS NULL OR m.expires_at_ms > $4) ORDER BY m.id DESC LIMIT $5";
        let limit = i64::try_from(if asked.ids.is_empty() { PROPAGATED_MAX } else { 10_000 }).unwrap_or(i64::MAX);
        found.extend(memories::matching(tx, condition, params![subject, tier.as_str(), asked.now_ms, limit])?);
    }
    if !asked.ids.is_empty() {
        found.retain(|memory| asked.ids.contains(&memory.id));
    }
    found.sort_by_key(|memory| std::cmp::Reverse(memory.id));
    found.truncate(PROPAGATED_MAX);
    Ok(found)
}

fn propagate(tx: &mut Tx<'_>, change: i64, asked: &Propagation, memory: &StoredMemory, key: i64) -> Result<Propagated> {
    let relevance = relevance(memory, asked.now_ms);
    let outcome =
        |outcome, workspace_memory_id| Propagated { memory_id: memory.id, workspace_memory_id, relevance, outcome };
    if memory.trust < PROPAGATION_TRUST {
        return Ok(outcome(PropagationOutcome::NotTrusted, None));
    }
    if relevance < asked.relevance_min && memory.confidence < PROPAGATION_CONFIDENCE {
        return Ok(outcome(PropagationOutcome::NotRelevant, None));
    }
    if let Some(copy) = copy_of(tx, memory.id)? {
        return Ok(outcome(PropagationOutcome::AlreadyCopied, Some(copy)));
    }
    let new = copied(tx, asked, memory, key)?;
    let kept = keep(tx, change, &new, asked.now_ms)?;
    note_copy(tx, memory.id, kept.id())?;
    let became = if matches!(kept, Kept::Same(_)) { PropagationOutcome::Confirmed } else { PropagationOutcome::Copied };
    Ok(outcome(became, Some(kept.id())))
}

/// The memory of the workspace that `memory` becomes. It has no slot: what one user says takes the place of nothing that another
/// one has said.
fn copied(tx: &mut Tx<'_>, asked: &Propagation, memory: &StoredMemory, key: i64) -> Result<NewMemory> {
    let sql =
        "SELECT embedder, vector, terms FROM memory_index WHERE workspace_id = $1 AND item_id = $2 AND is_dead = 0";
    let index = match tx.first(sql, params![memory.id])? {
        Some(mut row) => IndexEntry { embedder: row.next_int()?, vector: row.next_bytes()?, terms: row.next_bytes()? },
        None => IndexEntry::default(),
    };
    Ok(NewMemory {
        id: MemoryId::from_key(key),
        tier: memory.tier,
        user_id: None,
        subject_candidate: key,
        agent_id: memory.agent_id.clone(),
        session_id: None,
        turn_id: None,
        category: memory.category,
        slot: None,
        content: memory.content.clone(),
        data: memory.data.clone(),
        // What the user has said word for word stays the user's.
        quote: None,
        source: MemorySource::Propagation,
        rule: None,
        trust: memory.trust,
        confidence: memory.confidence,
        valid_from_ms: memory.valid_from_ms,
        valid_to_ms: memory.valid_to_ms,
        expires_at_ms: memory.expires_at_ms,
        created_by: asked.by.clone(),
        index,
    })
}

/// The live memory of the workspace that a memory was copied to, if both still say the same.
fn copy_of(tx: &mut Tx<'_>, memory: MemoryId) -> Result<Option<MemoryId>> {
    let sql = "SELECT p.copy_id FROM memory_copies p
        JOIN memories m ON m.workspace_id = p.workspace_id AND m.id = p.copy_id
        JOIN memories o ON o.workspace_id = p.workspace_id AND o.id = p.memory_id
        WHERE p.workspace_id = $1 AND p.memory_id = $2 AND m.deleted_at_ms IS NULL AND m.content_hash = o.content_hash";
    tx.first(sql, params![memory])?.map(|mut row| row.next_id()).transpose()
}

fn note_copy(tx: &mut Tx<'_>, memory: MemoryId, copy: MemoryId) -> Result<()> {
    let sql = "INSERT INTO memory_copies (workspace_id, memory_id, copy_id) VALUES ($1, $2, $3)
        ON CONFLICT (workspace_id, memory_id) DO UPDATE SET copy_id = excluded.copy_id";
    tx.execute(sql, params![memory, copy]).map(drop)
}
