//! Memories of the tiers `daily`, `profile`, `graph` and `procedural`: what a row holds, and how rows are found. How they are
//! kept, changed and taken back is in the files beside this one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::error::{Error, Result};
use super::memory_index::{self, IndexEntry, IndexRow};
use super::memory_kinds::{MemoryCategory, MemorySource, value, word};
use super::memory_tier::MemoryTier;
use super::precondition::Revision;
use super::rows::Rows;
use super::tx::Tx;
use super::value::{Param, Row};
use crate::ids::{MemoryId, SessionId, TurnId};
use crate::params;

/// How many memories [`Memories::find_many`] finds at once.
const FOUND_MAX: usize = 1_024;

/// A memory as it is kept. As JSON it is the snapshot of a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredMemory {
    /// `mem_...`
    pub id: MemoryId,
    /// Its tier, which is not `session`.
    pub tier: MemoryTier,
    /// Whose it is, by number; 0: the workspace's.
    pub subject: i64,
    /// Whose it is, `usr_...` or the like; `None`: the workspace's.
    pub user_id: Option<String>,
    /// The agent in whose turn it was made, or that it is for.
    pub agent_id: Option<String>,
    /// The session in which it was made.
    pub session_id: Option<SessionId>,
    /// The turn in which it was made.
    pub turn_id: Option<TurnId>,
    /// What a daily note is about.
    pub category: Option<MemoryCategory>,
    /// What it is about, folded: of the live memories of one owner and tier with one slot there is one.
    pub slot: Option<String>,
    /// What is remembered.
    pub content: String,
    /// What its tier has beside the content.
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
    /// What it weighed at `strength_at_ms`, 0 to 1.
    pub strength: f64,
    /// See `strength`.
    pub strength_at_ms: i64,
    /// How often the same was said.
    pub evidence: u32,
    /// From when on it holds, in milliseconds since the epoch.
    pub valid_from_ms: i64,
    /// Until when it holds; `None` while it does.
    pub valid_to_ms: Option<i64>,
    /// The memory that holds in its place.
    pub superseded_by: Option<MemoryId>,
    /// When it is forgotten; `None` for never.
    pub expires_at_ms: Option<i64>,
    /// 1, 2, 3, ...: grows with each change.
    pub version: u32,
    /// When it was kept, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// When it last changed, in milliseconds since the epoch.
    pub updated_at_ms: i64,
    /// `usr_...`, `svc_...`, or `gateway`.
    pub created_by: String,
    /// When it was deleted; what is deleted is found by its history alone.
    pub deleted_at_ms: Option<i64>,
}

impl StoredMemory {
    /// The state that an `If-Match` names.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        Revision { version: self.version, updated_at_ms: self.updated_at_ms }
    }

    /// Whether it is neither deleted nor closed: the one of its slot that holds.
    pub(super) const fn is_live(&self) -> bool {
        self.deleted_at_ms.is_none() && self.valid_to_ms.is_none()
    }

    /// Its row of the index.
    pub(super) fn index_row(&self, entry: &IndexEntry) -> IndexRow {
        IndexRow {
            item_id: self.id.key(),
            subject: self.subject,
            tier: self.tier,
            embedder: entry.embedder,
            vector: entry.vector.clone(),
            terms: entry.terms.clone(),
            created_at_ms: self.created_at_ms,
            valid_from_ms: self.valid_from_ms,
            valid_to_ms: self.valid_to_ms,
            expires_at_ms: self.expires_at_ms,
            is_dead: false,
            change: 0,
        }
    }
}

/// Who reads memory, and when: it sees the workspace's and its own, as far as that is not deleted or too old.
#[derive(Debug, Clone)]
pub struct MemoryReader {
    /// `usr_...`, `svc_...`, or a host program's name of the user.
    pub user_id: Arc<str>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// The columns of memories `m`, whose owners are `u`.
const COLUMNS: &str = "m.id, m.tier, m.subject, u.id, m.agent_id, m.session_id, m.turn_id, m.category, m.slot, m.content, m.data,
    m.quote, m.source, m.rule, m.trust, m.confidence, m.strength, m.strength_at_ms, m.evidence, m.valid_from_ms, m.valid_to_ms,
    m.superseded_by, m.expires_at_ms, m.version, m.created_at_ms, m.updated_at_ms, m.created_by, m.deleted_at_ms";

/// All memories, deleted ones too, for a condition that begins with `WHERE`.
pub(super) fn select() -> String {
    format!("SELECT {COLUMNS} FROM memories m LEFT JOIN subjects u ON u.number = m.subject")
}

/// Reads what [`select`] answers.
pub(super) fn read(row: &mut Row) -> Result<StoredMemory> {
    let (id, tier) = (row.next_id()?, memory_index::tier(&row.next_text()?)?);
    let (subject, user_id) = (row.next_int()?, row.next_optional_text()?);
    let (agent_id, session_id, turn_id) = (row.next_optional_text()?, row.next_optional_id()?, row.next_optional_id()?);
    let category = row.next_optional_text()?.map(value).transpose()?;
    let (slot, content, data) = (row.next_optional_text()?, row.next_text()?, row.next_json()?);
    let (quote, source) = (row.next_optional_text()?, value(row.next_text()?)?);
    Ok(StoredMemory {
        id,
        tier,
        subject,
        user_id,
        agent_id,
        session_id,
        turn_id,
        category,
        slot,
        content,
        data,
        quote,
        source,
        rule: row.next_optional_text()?,
        trust: row.next_float()?,
        confidence: row.next_float()?,
        strength: row.next_float()?,
        strength_at_ms: row.next_int()?,
        evidence: row.next_count()?,
        valid_from_ms: row.next_int()?,
        valid_to_ms: row.next_optional_int()?,
        superseded_by: row.next_optional_id()?,
        expires_at_ms: row.next_optional_int()?,
        version: row.next_count()?,
        created_at_ms: row.next_int()?,
        updated_at_ms: row.next_int()?,
        created_by: row.next_text()?,
        deleted_at_ms: row.next_optional_int()?,
    })
}

/// The memory of this id, whoever's it is, deleted or not.
pub(super) fn find_any(tx: &mut Tx<'_>, id: MemoryId) -> Result<Option<StoredMemory>> {
    let sql = format!("{} WHERE m.workspace_id = $1 AND m.id = $2", select());
    tx.first(&sql, params![id])?.map(|mut row| read(&mut row)).transpose()
}

/// The memories that a condition finds, which is the end of [`select`].
pub(super) fn matching(tx: &mut Tx<'_>, condition: &str, params: &[Param<'_>]) -> Result<Vec<StoredMemory>> {
    let sql = format!("{} WHERE m.workspace_id = $1 AND {condition}", select());
    let mut found = Vec::new();
    tx.each(&sql, params, &mut |mut row| {
        found.push(read(&mut row)?);
        Ok(true)
    })?;
    Ok(found)
}

/// The number of a subject that has one.
pub(super) fn subject_number(tx: &mut Tx<'_>, user_id: &str) -> Result<Option<i64>> {
    let found = tx.unscoped().first("SELECT number FROM subjects WHERE id = $1", params![user_id])?;
    found.map(|mut row| row.next_int()).transpose()
}

/// Whether `reader` sees `memory`, deleted or not.
pub(super) fn is_shown(memory: &StoredMemory, reader: &MemoryReader) -> bool {
    memory.subject == 0 || memory.user_id.as_deref() == Some(&*reader.user_id)
}

/// The memory of this id, if `reader` sees it and it is neither deleted nor too old.
pub(super) fn find(tx: &mut Tx<'_>, id: MemoryId, reader: &MemoryReader) -> Result<Option<StoredMemory>> {
    let is_there = |memory: &StoredMemory| {
        memory.deleted_at_ms.is_none()
            && memory.expires_at_ms.is_none_or(|at_ms| at_ms > reader.now_ms)
            && is_shown(memory, reader)
    };
    Ok(find_any(tx, id)?.filter(is_there))
}

/// Adds the row of a memory.
pub(super) fn insert(tx: &mut Tx<'_>, new: &StoredMemory) -> Result<()> {
    let sql = "INSERT INTO memories (workspace_id, id, tier, subject, agent_id, session_id, turn_id, category, slot, content, data,
            quote, source, rule, trust, confidence, strength, strength_at_ms, evidence, content_hash, valid_from_ms, valid_to_ms,
            superseded_by, expires_at_ms, version, created_at_ms, updated_at_ms, created_by, deleted_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
            $26, $27, $28, $29)";
    let (data, source) = (json(&new.data)?, word(&new.source)?);
    let (category, hash) =
        (new.category.as_ref().map(word).transpose()?, super::memory_value::hash(&new.content, &new.data));
    let params = params![
        new.id,
        new.tier.as_str(),
        new.subject,
        &new.agent_id,
        new.session_id,
        new.turn_id,
        &category,
        &new.slot,
        &new.content,
        &data,
        &new.quote,
        &source,
        &new.rule,
        new.trust,
        new.confidence,
        new.strength,
        new.strength_at_ms,
        new.evidence,
        hash.as_slice(),
        new.valid_from_ms,
        new.valid_to_ms,
        new.superseded_by,
        new.expires_at_ms,
        new.version,
        new.created_at_ms,
        new.updated_at_ms,
        &new.created_by,
        new.deleted_at_ms
    ];
    tx.execute(sql, params).map(drop)
}

/// Writes what of a memory can change.
pub(super) fn write(tx: &mut Tx<'_>, memory: &StoredMemory) -> Result<()> {
    let sql = "UPDATE memories SET category = $3, slot = $4, content = $5, data = $6, trust = $7, confidence = $8, strength = $9,
            strength_at_ms = $10, evidence = $11, content_hash = $12, valid_from_ms = $13, valid_to_ms = $14, superseded_by = $15,
            expires_at_ms = $16, version = $17, updated_at_ms = $18, deleted_at_ms = $19
        WHERE workspace_id = $1 AND id = $2";
    let data = json(&memory.data)?;
    let category = memory.category.as_ref().map(word).transpose()?;
    let hash = super::memory_value::hash(&memory.content, &memory.data);
    let params = params![
        memory.id,
        &category,
        &memory.slot,
        &memory.content,
        &data,
        memory.trust,
        memory.confidence,
        memory.strength,
        memory.strength_at_ms,
        memory.evidence,
        hash.as_slice(),
        memory.valid_from_ms,
        memory.valid_to_ms,
        memory.superseded_by,
        memory.expires_at_ms,
        memory.version,
        memory.updated_at_ms,
        memory.deleted_at_ms
    ];
    tx.execute(sql, params).map(drop)
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::broken)
}

/// The memories of a workspace.
#[derive(Clone, Copy)]
pub struct Memories<'a>(pub(super) &'a Rows);

impl Memories<'_> {
    /// The memory of this id, if `reader` sees it and it is neither deleted nor too old.
    pub async fn find(self, id: MemoryId, reader: MemoryReader) -> Result<Option<StoredMemory>> {
        self.0.look(move |tx| find(tx, id, &reader)).await
    }

    /// As [`Memories::find`], of a deleted memory or one that is too old as well.
    pub async fn find_ever(self, id: MemoryId, reader: MemoryReader) -> Result<Option<StoredMemory>> {
        self.0.look(move |tx| Ok(find_any(tx, id)?.filter(|memory| is_shown(memory, &reader)))).await
    }

    /// The memories of these keys that are not deleted, in any order, whoever's they are: the caller has chosen those that may
    /// be seen. At most 1,024 keys are looked at.
    pub async fn find_many(self, ids: &[i64]) -> Result<Vec<StoredMemory>> {
        let mut ids = ids[..ids.len().min(FOUND_MAX)].to_vec();
        let Some(last) = ids.last().copied() else { return Ok(Vec::new()) };
        // Few texts of statements, so that they are prepared already.
        ids.resize(ids.len().next_power_of_two().max(16), last);
        let places: Vec<String> = (2..ids.len() + 2).map(|place| format!("${place}")).collect();
        let condition = format!("m.id IN ({}) AND m.deleted_at_ms IS NULL", places.join(", "));
        self.0
            .look(move |tx| {
                let params: Vec<Param<'_>> = ids.iter().map(|id| Param::Int(*id)).collect();
                matching(tx, &condition, &params)
            })
            .await
    }

    /// The number by which memory knows a user; `None` for one that has nothing in any workspace.
    pub async fn owner(self, user_id: &str) -> Result<Option<i64>> {
        let known = self.0.db().subject_numbers();
        if let Some(number) = known.get(user_id) {
            return Ok(Some(number));
        }
        let user = user_id.to_owned();
        let found = self.0.look(move |tx| subject_number(tx, &user)).await?;
        found.iter().for_each(|number| known.keep(user_id, *number));
        Ok(found)
    }
}
