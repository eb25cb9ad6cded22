//! Turns by hour and agent, as they are summed up: how they ended, and how long they took.

use std::collections::BTreeMap;

use super::durations::Durations;
use super::error::{Error, Result};
use super::tx::Tx;
use super::value::Row;
use crate::params;

/// How the turns of a group ended, and how long they took.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TurnSum {
    /// Those that were answered.
    pub completed: i64,
    /// Those that could not be answered.
    pub failed: i64,
    /// Those that a caller ended.
    pub cancelled: i64,
    /// Those whose gateway ended.
    pub interrupted: i64,
    /// How long each of them took.
    pub durations: Durations,
}

impl TurnSum {
    /// All turns.
    #[must_use]
    pub const fn turns(&self) -> i64 {
        self.completed + self.failed + self.cancelled + self.interrupted
    }

    /// Adds a turn that ended as `status` says.
    pub(super) fn add(&mut self, status: &str, duration_us: i64) -> Result<()> {
        let count = match status {
            "completed" => &mut self.completed,
            "failed" => &mut self.failed,
            "cancelled" => &mut self.cancelled,
            "interrupted" => &mut self.interrupted,
            other => return Err(Error::Broken(format!("a turn ended as {other}"))),
        };
        *count += 1;
        self.durations.add(duration_us);
        Ok(())
    }

    /// Adds a row's columns completed, failed, cancelled, interrupted and durations.
    pub(super) fn add_row(&mut self, row: &mut Row) -> Result<()> {
        for count in [&mut self.completed, &mut self.failed, &mut self.cancelled, &mut self.interrupted] {
            *count += row.next_int()?;
        }
        self.durations.merge_bytes(&row.next_bytes()?)
    }

    /// Adds all turns of `other`.
    pub(super) fn merge(&mut self, other: &Self) {
        self.completed += other.completed;
        self.failed += other.failed;
        self.cancelled += other.cancelled;
        self.interrupted += other.interrupted;
        self.durations.merge(&other.durations);
    }
}

/// Turns that are to be added to their hours, by workspace, hour and agent.
#[derive(Default)]
pub(super) struct TurnSums(BTreeMap<(i64, i64, String), TurnSum>);

impl TurnSums {
    /// Takes a row's columns turn_hour, turn_status and turn_us: a turn of `agent`, if it says one; answers whether it does.
    pub(super) fn take(&mut self, row: &mut Row, workspace: i64, agent: &str) -> Result<bool> {
        let (hour, status, duration_us) =
            (row.next_optional_int()?, row.next_optional_text()?, row.next_optional_int()?);
        let (Some(hour), Some(status), Some(duration_us)) = (hour, status, duration_us) else { return Ok(false) };
        self.0.entry((workspace, hour, agent.to_owned())).or_default().add(&status, duration_us)?;
        Ok(true)
    }

    /// Adds them to their hours, in the order of their keys, so that two gateways never wait for each other.
    pub(super) fn add(self, tx: &mut Tx<'_>) -> Result<()> {
        self.0.into_iter().try_for_each(|((workspace, hour, agent), sum)| add(tx, workspace, hour, &agent, sum))
    }
}

fn add(tx: &mut Tx<'_>, workspace: i64, hour: i64, agent: &str, mut sum: TurnSum) -> Result<()> {
    if tx.is_shared() {
        // The row to lock exists now, made here or by another writer.
        let sql = "INSERT INTO turn_hours (workspace_id, hour, agent_id, completed, failed, cancelled, interrupted, durations)
            VALUES ($1, $2, $3, 0, 0, 0, 0, $4) ON CONFLICT (workspace_id, hour, agent_id) DO NOTHING";
        let empty = Durations::default().to_bytes();
        tx.execute(sql, params![workspace, hour, agent, empty.as_slice()])?;
    }
    let sql = format!(
        "SELECT completed, failed, cancelled, interrupted, durations FROM turn_hours
        WHERE workspace_id = $1 AND hour = $2 AND agent_id = $3{}",
        tx.lock()
    );
    if let Some(mut row) = tx.first(&sql, params![workspace, hour, agent])? {
        sum.add_row(&mut row)?;
    }
    let sql = "INSERT INTO turn_hours (workspace_id, hour, agent_id, completed, failed, cancelled, interrupted, durations)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (workspace_id, hour, agent_id) DO UPDATE SET completed = excluded.completed, failed = excluded.failed,
            cancelled = excluded.cancelled, interrupted = excluded.interrupted, durations = excluded.durations";
    let TurnSum { completed, failed, cancelled, interrupted, ref durations } = sum;
    let bytes = durations.to_bytes();
    let params = params![workspace, hour, agent, completed, failed, cancelled, interrupted, bytes.as_slice()];
    tx.execute(sql, params).map(drop)
}
