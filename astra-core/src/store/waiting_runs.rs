//! Runs of schedules that wait for the end of the job before them, of all workspaces.

use super::db::Db;
use super::error::Result;
use super::value::Row;
use super::workspace::WorkspaceId;
use crate::ids::{ScheduleId, ScheduleRunId};
use crate::params;

/// A run whose turn has come: the job before it has ended.
#[derive(Debug, Clone)]
pub struct WaitingRun {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The key of its row.
    pub id: ScheduleRunId,
    /// Its schedule.
    pub schedule_id: ScheduleId,
}

impl Db {
    /// Whether a run of any workspace waits for the job before it. It writes nothing.
    pub async fn has_waiting_runs(&self) -> Result<bool> {
        self.peek(|tx| {
            Ok(tx.first("SELECT id FROM schedule_runs WHERE state = 'waiting' LIMIT 1", params![])?.is_some())
        })
        .await
    }

    /// The first run that waits of each schedule whose last job has ended, of all workspaces, at most `count`.
    pub async fn ready_runs(&self, count: u32) -> Result<Vec<WaitingRun>> {
        self.read(move |tx| {
            let sql = "SELECT w.number, w.id, MIN(r.id), r.schedule_id FROM schedule_runs r
                JOIN schedules s ON s.id = r.schedule_id JOIN workspaces w ON w.number = r.workspace_id
                WHERE r.state = 'waiting'
                    AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = s.last_job_id AND j.finished_at_ms IS NULL)
                GROUP BY w.number, w.id, r.schedule_id ORDER BY MIN(r.id) LIMIT $1";
            let read = |mut row: Row| {
                let workspace = WorkspaceId::new(row.next_int()?, &row.next_text()?);
                Ok(WaitingRun { workspace, id: row.next_id()?, schedule_id: row.next_id()? })
            };
            tx.query(sql, params![count])?.into_iter().map(read).collect()
        })
        .await
    }
}
