//! How much waits and runs in the store, of all workspaces, for monitoring.

use super::db::Db;
use super::error::Result;
use crate::params;

/// So many jobs of a state are counted at the most.
const COUNTED_MAX: u32 = 100_000;

/// How much waits and runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Depths {
    /// The states of turns that have not ended, and how many are in each.
    pub turns: Vec<(String, i64)>,
    /// Jobs whose time has come, ...
    pub jobs_due: i64,
    /// ... those whose time has not, ...
    pub jobs_scheduled: i64,
    /// ... and those that run.
    pub jobs_running: i64,
    /// Turns whose question is still to be remembered.
    pub memory_pending: i64,
}

impl Db {
    /// Counts what waits and runs, jobs up to 100,000 of each state.
    pub async fn depths(&self) -> Result<Depths> {
        self.read(|tx| {
            let sql = "SELECT status, COUNT(*) FROM open_turns GROUP BY status ORDER BY status";
            let turns = tx.query(sql, params![])?.into_iter();
            let turns = turns.map(|mut row| Ok((row.next_text()?, row.next_int()?))).collect::<Result<_>>()?;
            let count = |condition: &str| {
                format!("(SELECT COUNT(*) FROM (SELECT 1 FROM jobs WHERE {condition} LIMIT {COUNTED_MAX}) AS found)")
            };
            let states = ["is_due = 1", "status = 'pending' AND is_due = 0", "status = 'running'"].map(count);
            let pending = format!("(SELECT COUNT(*) FROM (SELECT 1 FROM memory_pending LIMIT {COUNTED_MAX}) AS found)");
            let mut row = tx.one(&format!("SELECT {}, {pending}", states.join(", ")), params![])?;
            Ok(Depths {
                turns,
                jobs_due: row.next_int()?,
                jobs_scheduled: row.next_int()?,
                jobs_running: row.next_int()?,
                memory_pending: row.next_int()?,
            })
        })
        .await
    }
}
