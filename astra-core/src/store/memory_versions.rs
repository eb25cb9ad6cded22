//! The versions of memories: each write of a memory leaves the row as it was after it.

use super::error::{Error, Result};
use super::memories::{Memories, MemoryReader, StoredMemory, find_any, is_shown, json};
use super::memory_kinds::{MemoryReason, value, word};
use super::page::{Cursor, Page, PageRequest};
use super::tx::Tx;
use super::value::Row;
use crate::ids::{MemoryId, SessionId, TurnId};
use crate::params;

/// A version of a memory.
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryVersion {
    /// The memory as it was.
    pub memory: StoredMemory,
    /// Why it was written.
    pub reason: MemoryReason,
    /// Who wrote it: `usr_...`, `svc_...`, or `gateway`.
    pub author: String,
    /// The turn that wrote it, or whose question made it.
    pub turn_id: Option<TurnId>,
    /// The session of that turn.
    pub session_id: Option<SessionId>,
    /// When it was written, in milliseconds since the epoch.
    pub created_at_ms: i64,
}

/// Who writes versions, and in which turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Author<'a> {
    pub id: &'a str,
    pub turn_id: Option<TurnId>,
    pub session_id: Option<SessionId>,
    pub now_ms: i64,
}

/// Writes down the present state of a memory as the version of its number.
pub(super) fn record(tx: &mut Tx<'_>, memory: &StoredMemory, reason: MemoryReason, author: Author<'_>) -> Result<()> {
    let sql =
        "INSERT INTO memory_versions (workspace_id, memory_id, version, snapshot, reason, author, turn_id, session_id, created_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let (snapshot, reason) = (json(memory)?, word(&reason)?);
    let params = params![
        memory.id,
        memory.version,
        &snapshot,
        &reason,
        author.id,
        author.turn_id,
        author.session_id,
        author.now_ms
    ];
    tx.execute(sql, params).map(drop)
}

/// The columns that [`read`] reads.
pub(super) const COLUMNS: &str = "v.snapshot, v.reason, v.author, v.turn_id, v.session_id, v.created_at_ms";

pub(super) fn read(row: &mut Row) -> Result<MemoryVersion> {
    Ok(MemoryVersion {
        memory: row.next_json()?,
        reason: value(row.next_text()?)?,
        author: row.next_text()?,
        turn_id: row.next_optional_id()?,
        session_id: row.next_optional_id()?,
        created_at_ms: row.next_int()?,
    })
}

/// A version of a memory.
pub(super) fn find_version(tx: &mut Tx<'_>, id: MemoryId, version: u32) -> Result<Option<MemoryVersion>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM memory_versions v WHERE v.workspace_id = $1 AND v.memory_id = $2 AND v.version = $3"
    );
    tx.first(&sql, params![id, version])?.map(|mut row| read(&mut row)).transpose()
}

impl Memories<'_> {
    /// The versions of a memory, newest first, of a deleted one too; `None` if it is not there or `reader` does not see it.
    pub async fn history(
        self,
        id: MemoryId,
        reader: MemoryReader,
        request: PageRequest,
    ) -> Result<Option<Page<MemoryVersion>>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM memory_versions v
            WHERE v.workspace_id = $1 AND v.memory_id = $2 AND v.version < $3 ORDER BY v.version DESC LIMIT $4"
        );
        self.0
            .list(move |tx| {
                if find_any(tx, id)?.is_none_or(|memory| !is_shown(&memory, &reader)) {
                    return Ok(None);
                }
                let place = |version: &MemoryVersion| Cursor { at: version.memory.version.into(), id: String::new() };
                let params = params![id, request.position().0, request.fetch()];
                tx.page(&sql, params, &request, |mut row| read(&mut row), place).map(Some)
            })
            .await
    }

    /// A version of a memory; `None` if it is not there or `reader` does not see the memory.
    pub async fn find_version(self, id: MemoryId, version: u32, reader: MemoryReader) -> Result<Option<MemoryVersion>> {
        self.0
            .read(move |tx| {
                let is_visible = find_any(tx, id)?.is_some_and(|memory| is_shown(&memory, &reader));
                if is_visible { find_version(tx, id, version) } else { Ok(None) }
            })
            .await
    }
}

/// What a version that must be there is when it is not.
pub(super) fn lost() -> Error {
    Error::broken("a memory has a version without a row")
}
