//! Vectors that are made after what they are of was written: by an embedder that is asked over the network, or by another one than
//! before. A row that has changed meanwhile keeps what it has.

use super::db::Db;
use super::error::{Error, Result};
use super::memory_heads;
use super::memory_index::{MemoryIndexRows, tier};
use super::memory_tier::MemoryTier;
use super::tx::Tx;
use super::value::Row;
use super::workspace::WorkspaceId;
use crate::params;

/// A row of the index that the embedder was not asked about yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnembeddedRow {
    /// The key of the memory, or of the turn whose question it is.
    pub item_id: i64,
    /// Its tier.
    pub tier: MemoryTier,
    /// The number of the change that wrote the row last.
    pub change: i64,
}

/// A vector for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeVector {
    /// The row as it was seen.
    pub row: UnembeddedRow,
    /// The vector, as `Embedding::to_bytes` writes it; empty where the embedder makes none of the text.
    pub vector: Vec<u8>,
}

/// How far the vectors of a workspace are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VectorCounts {
    /// Rows that the embedder was asked about.
    pub done: u64,
    /// All rows.
    pub all: u64,
}

impl Db {
    /// The key of the embedder of this name and number of dimensions; a new one gets the key `candidate`.
    pub async fn embedder(&self, name: String, dimension: usize, candidate: i64) -> Result<i64> {
        self.write(move |tx| {
            let find = "SELECT id FROM embedders WHERE name = $1 AND dimension = $2";
            let dimension = i64::try_from(dimension).map_err(Error::broken)?;
            if let Some(mut row) = tx.first(find, params![&name, dimension])? {
                return row.next_int();
            }
            let sql = "INSERT INTO embedders (id, name, dimension) VALUES ($1, $2, $3) ON CONFLICT (name, dimension) DO NOTHING";
            tx.execute(sql, params![candidate, &name, dimension])?;
            tx.one(find, params![&name, dimension])?.next_int()
        })
        .await
    }

    /// Workspaces whose rows may have vectors of another embedder.
    pub async fn workspaces_of_other_embedders(&self, embedder: i64) -> Result<Vec<WorkspaceId>> {
        self.read(move |tx| {
            let sql = "SELECT w.number, w.id FROM memory_heads h JOIN workspaces w ON w.number = h.workspace_id
                WHERE h.embedder <> $1 ORDER BY w.number";
            tx.query(sql, params![embedder])?.iter_mut().map(workspace).collect()
        })
        .await
    }

    /// Workspaces with rows that no embedder was asked about.
    pub async fn workspaces_without_vectors(&self) -> Result<Vec<WorkspaceId>> {
        self.read(|tx| {
            let sql = "SELECT w.number, w.id FROM workspaces w WHERE w.number IN
                (SELECT i.workspace_id FROM memory_index i WHERE i.embedder = 0 AND i.is_dead = 0) ORDER BY w.number";
            tx.query(sql, params![])?.iter_mut().map(workspace).collect()
        })
        .await
    }
}

fn workspace(row: &mut Row) -> Result<WorkspaceId> {
    Ok(WorkspaceId::new(row.next_int()?, &row.next_text()?))
}

impl MemoryIndexRows<'_> {
    /// At most `limit` rows behind the row `item` of the change `change` that `embedder` was not asked about, in the order of
    /// the changes.
    pub async fn unembedded(self, embedder: i64, change: i64, item: i64, limit: u32) -> Result<Vec<UnembeddedRow>> {
        let sql = "SELECT item_id, tier, change FROM memory_index
            WHERE workspace_id = $1 AND (change, item_id) > ($2, $3) AND is_dead = 0 AND embedder <> $4
            ORDER BY change, item_id LIMIT $5";
        self.rows()
            .read(move |tx| tx.query(sql, params![change, item, embedder, limit])?.iter_mut().map(unembedded).collect())
            .await
    }

    /// As [`MemoryIndexRows::unembedded`], of the rows that no embedder was asked about.
    pub async fn never_embedded(self, change: i64, item: i64, limit: u32) -> Result<Vec<UnembeddedRow>> {
        let sql = "SELECT item_id, tier, change FROM memory_index
            WHERE workspace_id = $1 AND (change, item_id) > ($2, $3) AND is_dead = 0 AND embedder = 0
            ORDER BY change, item_id LIMIT $4";
        self.rows()
            .read(move |tx| tx.query(sql, params![change, item, limit])?.iter_mut().map(unembedded).collect())
            .await
    }

    /// Gives rows the vectors that `embedder` has made of them, unless they have changed since; answers how many it were.
    pub async fn set_vectors(self, embedder: i64, made: Vec<MadeVector>) -> Result<u64> {
        let sql = "UPDATE memory_index SET change = $4, embedder = $5, vector = $6
            WHERE workspace_id = $1 AND item_id = $2 AND change = $3 AND is_dead = 0";
        self.rows()
            .write_locking(move |tx| {
                let change = memory_heads::next(tx)?;
                let mixed =
                    "UPDATE memory_heads SET embedder = 0 WHERE workspace_id = $1 AND embedder <> $2 AND embedder <> 0";
                tx.execute(mixed, params![embedder])?;
                let mut count = 0;
                for MadeVector { row, vector } in &made {
                    let params = params![row.item_id, row.change, change, embedder, vector.as_slice()];
                    count += tx.execute(sql, params)?;
                }
                Ok(count)
            })
            .await
    }

    /// Says that `embedder` was asked about all rows; false if there is one that it was not asked about.
    pub async fn set_embedder(self, embedder: i64) -> Result<bool> {
        self.rows()
            .write_locking(move |tx| {
                let VectorCounts { done, all } = counts(tx, embedder)?;
                let sql = "UPDATE memory_heads SET embedder = $2 WHERE workspace_id = $1 AND embedder <> $2";
                if done == all {
                    tx.execute(sql, params![embedder])?;
                }
                Ok(done == all)
            })
            .await
    }

    /// How many rows `embedder` was asked about.
    pub async fn vector_counts(self, embedder: i64) -> Result<VectorCounts> {
        self.rows().read(move |tx| counts(tx, embedder)).await
    }
}

fn unembedded(row: &mut Row) -> Result<UnembeddedRow> {
    let (item_id, name) = (row.next_int()?, row.next_text()?);
    Ok(UnembeddedRow { item_id, tier: tier(&name)?, change: row.next_int()? })
}

fn counts(tx: &mut Tx<'_>, embedder: i64) -> Result<VectorCounts> {
    let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN embedder = $2 THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(*)
        FROM memory_index WHERE workspace_id = $1 AND is_dead = 0";
    let mut row = tx.one(sql, params![embedder])?;
    Ok(VectorCounts { done: row.next_int()?.unsigned_abs(), all: row.next_int()?.unsigned_abs() })
}
