//! The end of a session. A deleted session is gone at once; its rows go afterwards, in pieces between which others write. What
//! forks still read of it stays until the last of them is gone.

use serde_json::Value as Json;

use super::db::Db;
use super::error::Result;
use super::memory_index;
use super::message::TURN_STRIDE;
use super::session_storage;
use super::sessions;
use super::sessions::Sessions;
use super::tx::Tx;
use super::visibility::VisibleTo;
use crate::ids::SessionId;
use crate::params;

/// Turns of one piece.
const PIECE: u32 = 1_000;

impl Sessions<'_> {
    /// Deletes a session with its messages, turns, events and traces; false if it is not there or not visible. What it
    /// cost stays in the usage, and what was remembered of it in the memory; its questions are not found any more.
    ///
    /// # Errors
    /// [`SessionRefusal::Busy`](super::SessionRefusal::Busy).
    pub async fn delete(self, id: SessionId, visible_to: VisibleTo) -> Result<bool> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write_locking(move |tx| {
            if sessions::find(tx, id, &visible_to, true)?.is_none() {
                return Ok(false);
            }
            sessions::refuse_when_busy(tx, id)?;
            sessions::audit(tx, actor.as_deref(), id, &Json::Null)?;
            memory_index::kill_session(tx, id)?;
            let sql =
                "UPDATE sessions SET status = 'deleted', is_current = 0, title = NULL, metadata = NULL, summary = NULL,
                surface = '', surface_id = '' WHERE workspace_id = $1 AND id = $2";
            Ok(tx.execute(sql, params![id])? == 1)
        })
        .await
    }
}

/// A deleted session, with its workspace's number.
type Deleted = (i64, SessionId);

impl Db {
    /// Removes a piece of what deleted sessions of all workspaces have left; answers whether there may be more.
    pub async fn sweep_deleted_sessions(&self) -> Result<bool> {
        let next = self.read(|tx| {
            let sql =
                "SELECT workspace_id, id FROM sessions WHERE status = 'deleted' ORDER BY workspace_id, id LIMIT 1";
            tx.first(sql, params![])?.map(|mut row| Ok((row.next_int()?, row.next_id()?))).transpose()
        });
        let Some(next) = next.await? else { return Ok(false) };
        self.write_locking(move |tx| sweep(tx, next)).await?;
        Ok(true)
    }
}

fn sweep(tx: &mut Tx<'_>, (workspace, id): Deleted) -> Result<()> {
    let locked = format!(
        "SELECT parent_id FROM sessions WHERE workspace_id = $1 AND id = $2 AND status = 'deleted'{}",
        tx.lock()
    );
    let Some(mut row) = tx.first(&locked, params![workspace, id])? else { return Ok(()) };
    let parent: Option<SessionId> = row.next_optional_id()?;
    // Forks read the turns up to this one.
    let shared = "SELECT MAX(parent_until) FROM sessions WHERE workspace_id = $1 AND parent_id = $2";
    let shared = tx.one(shared, params![workspace, id])?.next_optional_int()?;
    let kept = shared.map_or(0, |until| until.div_euclid(TURN_STRIDE));
    let piece = "SELECT id FROM turns WHERE workspace_id = $1 AND session_id = $2 AND number > $3 ORDER BY number DESC LIMIT $4";
    let events = format!("DELETE FROM turn_events WHERE workspace_id = $1 AND turn_id IN ({piece})");
    tx.execute(&events, params![workspace, id, kept, PIECE])?;
    let bytes = format!("SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM turns WHERE id IN ({piece})");
    let bytes = tx.one(&bytes, params![workspace, id, kept, PIECE])?.next_int()?;
    session_storage::add(tx, workspace, -bytes)?;
    let approvals = format!("DELETE FROM approvals WHERE workspace_id = $1 AND turn_id IN ({piece})");
    tx.execute(&approvals, params![workspace, id, kept, PIECE])?;
    let spawned = format!("DELETE FROM spawned_turns WHERE workspace_id = $1 AND turn_id IN ({piece})");
    tx.execute(&spawned, params![workspace, id, kept, PIECE])?;
    let steps = "DELETE FROM turn_steps WHERE workspace_id = $1 AND turn_id IN (SELECT id FROM turns
        WHERE workspace_id = $1 AND session_id = $2 AND number > $3 AND step_count > 0 ORDER BY number DESC LIMIT $4)
        AND session_id = $2 AND number > $3";
    tx.execute(steps, params![workspace, id, kept, PIECE])?;
    let removed =
        tx.execute(&format!("DELETE FROM turns WHERE id IN ({piece})"), params![workspace, id, kept, PIECE])?;
    if removed == u64::from(PIECE) {
        return Ok(());
    }
    if shared.is_some() {
        let keep = "UPDATE sessions SET status = 'kept' WHERE workspace_id = $1 AND id = $2";
        return tx.execute(keep, params![workspace, id]).map(drop);
    }
    tx.execute("DELETE FROM sessions WHERE workspace_id = $1 AND id = $2", params![workspace, id])?;
    if let Some(parent) = parent {
        // It may have been the last fork of its parent.
        let again = "UPDATE sessions SET status = 'deleted' WHERE workspace_id = $1 AND id = $2 AND status = 'kept'";
        tx.execute(again, params![workspace, parent])?;
    }
    Ok(())
}
