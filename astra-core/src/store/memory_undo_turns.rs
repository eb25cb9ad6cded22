//! The turns and sessions of which memory is made: whose they are, and that nothing is made of them again.

use super::error::Result;
use super::tx::Tx;
use crate::ids::{SessionId, TurnId};
use crate::params;

/// What is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoTarget {
    /// What this turn made.
    Turn(TurnId),
    /// What all turns of this session made.
    Session(SessionId),
}

impl UndoTarget {
    /// The column of a version that names it, and its key.
    pub(super) const fn column(self) -> (&'static str, i64) {
        match self {
            Self::Turn(id) => ("turn_id", id.key()),
            Self::Session(id) => ("session_id", id.key()),
        }
    }
}

/// The owner of a turn or a session that is there.
pub(super) fn owner(tx: &mut Tx<'_>, target: UndoTarget) -> Result<Option<i64>> {
    let (_, key) = target.column();
    let sql = match target {
        UndoTarget::Turn(_) => {
            "SELECT subject FROM turns WHERE workspace_id = $1 AND id = $2
            UNION ALL SELECT subject FROM open_turns WHERE workspace_id = $1 AND id = $2"
        }
        UndoTarget::Session(_) => "SELECT subject FROM sessions WHERE workspace_id = $1 AND id = $2",
    };
    tx.first(sql, params![key])?.map(|mut row| row.next_int()).transpose()
}

/// Nothing is made again of these turns of `own`, and their questions are not found any more; answers how many of them were not
/// taken back before.
pub(super) fn forget_turns(tx: &mut Tx<'_>, number: i64, target: UndoTarget, own: i64) -> Result<u64> {
    let (_, key) = target.column();
    let column = match target {
        UndoTarget::Turn(_) => "id",
        UndoTarget::Session(_) => "session_id",
    };
    let mut count = 0;
    for table in ["turns", "open_turns"] {
        let of = format!("FROM {table} t WHERE t.workspace_id = $1 AND t.{column} = $2 AND t.subject = $3");
        let undone = format!(
            "INSERT INTO memory_undone (workspace_id, turn_id) SELECT t.workspace_id, t.id {of}
            ON CONFLICT (workspace_id, turn_id) DO NOTHING"
        );
        count += tx.execute(&undone, params![key, own])?;
        let pending = format!("DELETE FROM memory_pending WHERE workspace_id = $1 AND turn_id IN (SELECT t.id {of})");
        tx.execute(&pending, params![key, own])?;
        let found = format!(
            "UPDATE memory_index SET change = $4, is_dead = 1, embedder = 0, vector = $5, terms = $5
            WHERE workspace_id = $1 AND is_dead = 0 AND item_id IN (SELECT t.id {of})"
        );
        tx.execute(&found, params![key, own, number, [].as_slice()])?;
    }
    Ok(count)
}
