//! What conversations keep in the store, in bytes: of a session, summed up from an index of its turns; of a workspace, summed up
//! by periodic work. No turn changes a row of another one for it.

use super::error::{Result, TurnRefusal};
use super::sessions::Sessions;
use super::tx::Tx;
use crate::ids::SessionId;
use crate::params;

/// A longer question is always held against its session's limit, ...
const QUESTION_BYTES_MAX: usize = 4_096;
/// ... and a shorter one at every turn of so many: the sum of a long session costs more than the turn.
const UNCHECKED_TURNS_MAX: i64 = 64;

/// The bytes of a text.
pub(super) fn length(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

/// Refuses the turn of this number, whose question has `bytes` bytes, if its session has no room for it within `limit`
/// bytes. The session's row is locked, or there is one writer.
///
/// # Errors
/// [`TurnRefusal::SessionFull`].
pub(super) fn check(tx: &mut Tx<'_>, session: SessionId, number: i64, bytes: usize, limit: u64) -> Result<()> {
    if bytes <= QUESTION_BYTES_MAX && number % UNCHECKED_TURNS_MAX != 0 {
        return Ok(());
    }
    let sum = |table: &str| {
        format!("(SELECT COALESCE(SUM(t.bytes), 0) FROM {table} t WHERE t.workspace_id = $1 AND t.session_id = $2)")
    };
    let sql = format!("SELECT CAST({} + {} AS BIGINT)", sum("turns"), sum("open_turns"));
    let kept = u64::try_from(tx.one(&sql, params![session])?.next_int()?).unwrap_or(0);
    let wanted = kept.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    if wanted > limit { Err(TurnRefusal::SessionFull.into()) } else { Ok(()) }
}

/// Adds to the sum of a workspace, given by its number.
pub(super) fn add(tx: &mut Tx<'_>, workspace: i64, bytes: i64) -> Result<()> {
    if bytes == 0 {
        return Ok(());
    }
    let sql = "INSERT INTO workspace_storage (workspace_id, bytes) VALUES ($1, $2)
        ON CONFLICT (workspace_id) DO UPDATE SET bytes = workspace_storage.bytes + excluded.bytes";
    tx.execute(sql, params![workspace, bytes]).map(drop)
}

impl Sessions<'_> {
    /// What the workspace's turns keep, in bytes: those that run and those of deleted sessions that were not swept too.
    pub async fn storage_bytes(self) -> Result<u64> {
        let rows = self.0;
        rows.read(|tx| {
            let sum =
                |table: &str| format!("(SELECT COALESCE(SUM(t.bytes), 0) FROM {table} t WHERE t.workspace_id = $1)");
            let tables = ["workspace_storage", "usage_entries", "open_turns"].map(sum);
            let sql = format!("SELECT CAST({} AS BIGINT)", tables.join(" + "));
            Ok(u64::try_from(tx.one(&sql, params![])?.next_int()?).unwrap_or(0))
        })
        .await
    }
}
