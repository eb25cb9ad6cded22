//! What the indexes in memory are filled from: a row for each memory that can be found, and for each question of a session.

use super::error::{Error, Result};
use super::memory_heads::{self, MemoryHead};
use super::memory_tier::MemoryTier;
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use crate::ids::SessionId;
use crate::params;

/// What a text is found by: made before the transaction that keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexEntry {
    /// What was asked for the vector; 0 if nothing was yet.
    pub embedder: i64,
    /// The vector, as `Embedding::to_bytes` writes it; empty if there is none.
    pub vector: Vec<u8>,
    /// The hashes of the terms, as `terms_to_bytes` writes them.
    pub terms: Vec<u8>,
}

/// A row of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRow {
    /// The key of the memory, or of the turn whose question it is.
    pub item_id: i64,
    /// Whose it is, by the subject's number; 0: the workspace's.
    pub subject: i64,
    /// Its tier.
    pub tier: MemoryTier,
    /// What was asked for the vector; 0 if nothing was yet.
    pub embedder: i64,
    /// The vector; empty if there is none.
    pub vector: Vec<u8>,
    /// The hashes of the terms.
    pub terms: Vec<u8>,
    /// When it was said first, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// From when on it holds, in milliseconds since the epoch.
    pub valid_from_ms: i64,
    /// Until when it holds; `None` while it does.
    pub valid_to_ms: Option<i64>,
    /// When it is forgotten; `None` for never.
    pub expires_at_ms: Option<i64>,
    /// Whether the item is gone.
    pub is_dead: bool,
    /// The number of the change that wrote the row last.
    pub change: i64,
}

/// Puts an item into the index, in place of what was there under its id; its `change` is `change`.
pub(super) fn put(tx: &mut Tx<'_>, change: i64, row: &IndexRow) -> Result<()> {
    tx.execute("DELETE FROM memory_index WHERE workspace_id = $1 AND item_id = $2", params![row.item_id])?;
    let sql = "INSERT INTO memory_index (workspace_id, change, item_id, subject, tier, embedder, vector, terms, created_at_ms,
            valid_from_ms, valid_to_ms, expires_at_ms, is_dead)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let params = params![
        change,
        row.item_id,
        row.subject,
        row.tier.as_str(),
        row.embedder,
        row.vector.as_slice(),
        row.terms.as_slice(),
        row.created_at_ms,
        row.valid_from_ms,
        row.valid_to_ms,
        row.expires_at_ms,
        row.is_dead
    ];
    tx.execute(sql, params).map(drop)
}

/// Writes until when an item holds, and when it is forgotten.
pub(super) fn limit(
    tx: &mut Tx<'_>,
    change: i64,
    item_id: i64,
    valid_to_ms: Option<i64>,
    expires_at_ms: Option<i64>,
) -> Result<()> {
    let sql = "UPDATE memory_index SET change = $3, valid_to_ms = $4, expires_at_ms = $5 WHERE workspace_id = $1 AND item_id = $2";
    tx.execute(sql, params![item_id, change, valid_to_ms, expires_at_ms]).map(drop)
}

/// Says that an item is gone; what it was found by goes at once.
pub(super) fn kill(tx: &mut Tx<'_>, change: i64, item_id: i64) -> Result<()> {
    let sql = "UPDATE memory_index SET change = $3, is_dead = 1, embedder = 0, vector = $4, terms = $4
        WHERE workspace_id = $1 AND item_id = $2 AND is_dead = 0";
    tx.execute(sql, params![item_id, change, [].as_slice()]).map(drop)
}

/// Says that the questions of a session are gone, and that those that are still to be remembered are not.
pub(super) fn kill_session(tx: &mut Tx<'_>, session: SessionId) -> Result<()> {
    const TURNS: &str = "SELECT t.id FROM turns t WHERE t.workspace_id = $1 AND t.session_id = $2";
    let pending = format!("DELETE FROM memory_pending WHERE workspace_id = $1 AND turn_id IN ({TURNS})");
    tx.execute(&pending, params![session])?;
    if memory_heads::find(tx)?.is_none() {
        return Ok(());
    }
    let change = memory_heads::next(tx)?;
    let sql = format!(
        "UPDATE memory_index SET change = $3, is_dead = 1, embedder = 0, vector = $4, terms = $4
        WHERE workspace_id = $1 AND is_dead = 0 AND item_id IN ({TURNS})"
    );
    tx.execute(&sql, params![session, change, [].as_slice()]).map(drop)
}

/// The rows that the indexes in memory are filled from.
#[derive(Clone, Copy)]
pub struct MemoryIndexRows<'a>(pub(super) &'a Rows);

impl<'a> MemoryIndexRows<'a> {
    /// The rows of the workspace.
    pub(super) const fn rows(self) -> &'a Rows {
        self.0
    }

    /// Where the memory of the workspace stands; `None` if nothing was ever kept there.
    pub async fn head(self) -> Result<Option<MemoryHead>> {
        self.0.look(memory_heads::find).await
    }

    /// At most `limit` rows behind the row `item` of the change `change`, in the order of the changes: what an index that
    /// ends there does not have yet.
    pub async fn page_after(self, change: i64, item: i64, limit: u32) -> Result<Vec<IndexRow>> {
        let sql = "SELECT item_id, subject, tier, embedder, vector, terms, created_at_ms, valid_from_ms, valid_to_ms,
                expires_at_ms, is_dead, change
            FROM memory_index WHERE workspace_id = $1 AND (change, item_id) > ($2, $3) ORDER BY change, item_id LIMIT $4";
        self.0
            .read(move |tx| {
                let mut rows = Vec::new();
                tx.each(sql, params![change, item, limit], &mut |mut row| {
                    rows.push(read(&mut row)?);
                    Ok(true)
                })?;
                Ok(rows)
            })
            .await
    }
}

fn read(row: &mut Row) -> Result<IndexRow> {
    Ok(IndexRow {
        item_id: row.next_int()?,
        subject: row.next_int()?,
        tier: tier(&row.next_text()?)?,
        embedder: row.next_int()?,
        vector: row.next_bytes()?,
        terms: row.next_bytes()?,
        created_at_ms: row.next_int()?,
        valid_from_ms: row.next_int()?,
        valid_to_ms: row.next_optional_int()?,
        expires_at_ms: row.next_optional_int()?,
        is_dead: row.next_truth()?,
        change: row.next_int()?,
    })
}

/// The tier that a row names.
pub(super) fn tier(name: &str) -> Result<MemoryTier> {
    MemoryTier::parse(name).ok_or_else(|| Error::broken("an unknown tier of memory"))
}
