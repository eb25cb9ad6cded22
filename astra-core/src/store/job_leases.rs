//! Leases of jobs of all workspaces: renewed, and ended where the worker is no more. Their times are compared by the database's
//! clock. And what of jobs goes with time.

use std::collections::HashMap;

use super::db::{Db, SWEEP_ROWS};
use super::error::Result;
use super::job_claims::skip_locked;
use super::job_logs::{self, JobLine};
use super::job_runs::{self, ENDED, Ended, JobLease};
use super::job_turns;
use super::signals::Signal;
use super::tx::Tx;
use super::value::Row;
use crate::ids::{EventId, IdMaker, JobId};
use crate::params;

/// Leases that are ended in one transaction.
const PIECE: u32 = 1_000;
/// The error of a job whose worker did not come back as often as the job may be begun.
const WORKER_LOST: &str = "the worker ended before the job did";
/// The error of one of whose steps the end is not known.
const STEP_LOST: &str =
    "the worker ended during a step that must not run twice, and what came of the step is not known";

/// What a lease that was to be renewed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewedLease {
    /// The worker has the job for another while.
    Held,
    /// The same, and the job was asked to be cancelled.
    CancelRequested,
    /// Another worker has the job, or it is over.
    Lost,
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobStand {
    /// Grows with each change that a reader can see.
    pub version: i64,
    /// Whether it has ended.
    pub is_over: bool,
}

impl Db {
    /// Gives the workers with `leases` their jobs for another while. The answers are in the same order.
    pub async fn renew_job_leases(
        &self,
        leases: Vec<JobLease>,
        lease_ms: i64,
        own_ms: i64,
    ) -> Result<Vec<RenewedLease>> {
        self.write_locking(move |tx| {
            let until_ms = tx.shared_time_ms(own_ms)? + lease_ms;
            let sql = "UPDATE jobs SET lease_until_ms = $3 WHERE id = $1 AND epoch = $2 AND status = 'running'
                RETURNING cancel_requested";
            let mut renewed = Vec::with_capacity(leases.len());
            for lease in &leases {
                let row = tx.first(sql, params![lease.id, lease.epoch, until_ms])?;
                renewed.push(match row.map(|mut row| row.next_int()).transpose()? {
                    None => RenewedLease::Lost,
                    Some(0) => RenewedLease::Held,
                    Some(_) => RenewedLease::CancelRequested,
                });
            }
            Ok(renewed)
        })
        .await
    }

    /// Takes jobs whose lease has run out from their workers, but for those in `kept`: they are due again, or over if they were
    /// begun as often as they may be or are to be cancelled. Answers how many there were. It writes nothing if there are none.
    /// `ids` makes the ids of the events that say so.
    pub async fn end_job_leases(&self, own_ms: i64, kept: Vec<JobId>, ids: IdMaker) -> Result<u64> {
        let some = |tx: &mut Tx<'_>| tx.first("SELECT id FROM jobs WHERE status = 'running' LIMIT 1", params![]);
        if self.peek(some).await?.is_none() {
            return Ok(0);
        }
        self.write_locking(move |tx| {
            let now_ms = tx.shared_time_ms(own_ms)?;
            let sql = format!(
                "SELECT id, epoch, attempts, attempts_max, cancel_requested FROM jobs
                WHERE status = 'running' AND lease_until_ms < $1 ORDER BY lease_until_ms LIMIT $2{}",
                skip_locked(tx)
            );
            let mut ended = 0;
            for mut row in tx.query(&sql, params![now_ms, PIECE])? {
                let (id, epoch) = (JobId::from_key(row.next_int()?), row.next_int()?);
                let is_last = row.next_int()? >= row.next_int()?;
                let is_cancelled = row.next_int()? == 1;
                if !kept.contains(&id) {
                    ended += end_lease(tx, JobLease { id, epoch }, is_cancelled, is_last, (ids.id(), now_ms))?;
                }
            }
            if ended > 0 {
                tx.announce(Signal::Jobs);
            }
            Ok(ended)
        })
        .await
    }

    /// The jobs that run, of all workspaces and gateways, and are asked to be cancelled.
    pub async fn jobs_to_cancel(&self) -> Result<Vec<JobId>> {
        self.peek(|tx| {
            let sql = "SELECT id FROM jobs WHERE status = 'running' AND cancel_requested = 1";
            tx.query(sql, params![])?.into_iter().map(|mut row| row.next_id()).collect()
        })
        .await
    }

    /// How jobs of all workspaces stand, as far as they are there.
    pub async fn jobs_stand(&self, ids: Vec<JobId>) -> Result<HashMap<JobId, JobStand>> {
        let ids = ids.iter().map(|id| id.key().to_string()).collect::<Vec<_>>().join(",");
        self.peek(move |tx| {
            let listed = if tx.is_shared() {
                "id = ANY(CAST(string_to_array($1, ',') AS BIGINT[]))"
            } else {
                "id IN (SELECT value FROM json_each('[' || $1 || ']'))"
            };
            let sql = format!("SELECT id, version, finished_at_ms FROM jobs WHERE {listed}");
            let stand = |mut row: Row| {
                let (id, version) = (row.next_id()?, row.next_int()?);
                Ok((id, JobStand { version, is_over: row.next_optional_int()?.is_some() }))
            };
            tx.query(&sql, params![&ids])?.into_iter().map(stand).collect()
        })
        .await
    }

    /// Removes jobs of all workspaces that ended before `before_ms`, with their steps, questions and logs, at most 1,000 jobs,
    /// questions and lines each; answers how many of those that were removed last.
    pub async fn delete_old_jobs(&self, before_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            // A job may have ten thousand questions and a thousand lines: they go before it, in pieces.
            for removed in [job_turns::delete_old(tx, before_ms)?, job_logs::delete_old(tx, before_ms)?] {
                if removed == u64::from(SWEEP_ROWS) {
                    return Ok(removed);
                }
            }
            let sql = "DELETE FROM jobs WHERE id IN
                (SELECT id FROM jobs WHERE finished_at_ms < $1 ORDER BY finished_at_ms LIMIT $2)";
            tx.execute(sql, params![before_ms, SWEEP_ROWS])
        })
        .await
    }
}

/// Takes a job from a worker that did not come back.
fn end_lease(
    tx: &mut Tx<'_>,
    lease: JobLease,
    is_cancelled: bool,
    is_last: bool,
    (event_id, now_ms): (EventId, i64),
) -> Result<u64> {
    let held = "version = version + 1 WHERE id = $1 AND epoch = $2 AND status = 'running'";
    if !is_cancelled && !is_last {
        let sql = format!("UPDATE jobs SET status = 'pending', is_due = 1, {held} RETURNING attempts");
        let Some(mut row) = tx.first(&sql, params![lease.id, lease.epoch])? else { return Ok(0) };
        let line = JobLine::new(now_ms, row.next_int()?, WORKER_LOST);
        return job_logs::write(tx, lease.id, &[line]).map(|()| 1);
    }
    let open = "SELECT name FROM job_steps WHERE job_id = $1 AND result IS NULL LIMIT 1";
    let (status, error) = if tx.first(open, params![lease.id])?.is_some() {
        ("unknown", Some(STEP_LOST))
    } else if is_cancelled {
        ("cancelled", None)
    } else {
        ("failed", Some(WORKER_LOST))
    };
    let sql = format!(
        "UPDATE jobs SET status = '{status}', finished_at_ms = $3, error = COALESCE($4, error), {held} RETURNING {ENDED}"
    );
    let Some(ended) = tx.first(&sql, params![lease.id, lease.epoch, now_ms, error])? else { return Ok(0) };
    let ended = Ended::read(ended)?;
    if let Some(error) = error {
        job_logs::write(tx, lease.id, &[JobLine::new(now_ms, ended.attempts, error)])?;
    }
    job_runs::tell_of_end(tx, lease.id, ended, event_id, now_ms).map(|()| 1)
}
