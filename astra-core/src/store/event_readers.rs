//! Which workspaces have readers of events of turns: in others no such event is written, and a turn learns so from memory.

use std::collections::HashSet;

use super::db::Db;
use super::error::Result;
use super::signals::Signal;
use super::tx::Tx;
use super::workspace::WorkspaceId;
use crate::params;

/// How often a reader that goes on reading is written down, in milliseconds.
const NOTE_EVERY_MS: i64 = 3_600_000;

impl Db {
    /// Whether the events of turns of a workspace have readers. Answered from memory, as [`Db::follow_event_readers`] has read
    /// it last.
    #[must_use]
    pub fn has_event_readers(&self, workspace: &WorkspaceId) -> bool {
        self.event_readers().has(workspace.number())
    }

    /// Takes note that the events of a workspace are read. It is written once an hour, and then told to all gateways.
    pub async fn note_event_reader(&self, workspace: &WorkspaceId, now_ms: i64) -> Result<()> {
        let rows = self.rows(workspace);
        let sql = "SELECT read_at_ms FROM event_readers WHERE workspace_id = $1";
        let noted = rows.look(move |tx| tx.first(sql, params![])?.map(|mut row| row.next_int()).transpose()).await?;
        if noted.is_none_or(|noted_ms| noted_ms <= now_ms - NOTE_EVERY_MS) {
            let note = move |tx: &mut Tx<'_>| {
                tx.announce(Signal::EventReaders);
                let sql = "INSERT INTO event_readers (workspace_id, read_at_ms) VALUES ($1, $2)
                    ON CONFLICT (workspace_id) DO UPDATE SET read_at_ms = excluded.read_at_ms";
                tx.execute(sql, params![now_ms]).map(drop)
            };
            rows.write_locking(note).await?;
        }
        self.event_readers().change(|workspaces| {
            workspaces.insert(workspace.number());
        });
        Ok(())
    }

    /// Takes note in this gateway that a webhook of the workspace asks for events of turns. Others are told by a signal.
    pub(super) fn add_event_reader(&self, workspace: &WorkspaceId) {
        self.event_readers().change(|workspaces| {
            workspaces.insert(workspace.number());
        });
    }

    /// Reads which workspaces have readers: those whose streams were read since `since_ms`, and those with a webhook that asks for
    /// events of turns.
    pub async fn follow_event_readers(&self, since_ms: i64) -> Result<()> {
        let found = self
            .read(move |tx| {
                let sql = "SELECT workspace_id FROM event_readers WHERE read_at_ms >= $1
                    UNION SELECT workspace_id FROM webhooks WHERE wants_turns = 1";
                let rows = tx.query(sql, params![since_ms])?.into_iter().map(|mut row| row.next_int());
                rows.collect::<Result<HashSet<_>>>()
            })
            .await?;
        self.event_readers().change(|workspaces| *workspaces = found);
        Ok(())
    }
}
