//! Jobs of all workspaces on their way to workers: which come next, for how long a worker has them, and what becomes of those
//! whose worker is no more. Times of leases are compared by the database's clock.

use std::collections::BTreeMap;

use super::db::{Db, SWEEP_ROWS};
use super::error::Result;
use super::jobs::{JobLease, JobProgress};
#[cfg(feature = "postgres")]
#[cfg(feature = "postgres")]
use super::mode::Mode;
use super::signals::Signal;
use super::tx::Tx;
use super::value::{Param, Row};
use super::workspace::WorkspaceId;
use crate::ids::JobId;
use crate::params;

/// Jobs whose time has come that are made due in one transaction, and leases that are ended in one.
const PIECE: u32 = 1_000;
/// The error of a job whose worker did not come back as often as the job may be begun.
const WORKER_LOST: &str = "the worker ended before the job did";
/// The error of one of whose steps the end is not known.
const STEP_LOST: &str =
    "the worker ended during a step that must not run twice, and what came of the step is not known";

/// What a gateway asks for when it has workers that wait.
#[derive(Debug, Clone)]
pub struct JobClaim {
    /// The kinds of jobs that it can run.
    pub kinds: Vec<String>,
    /// How many jobs it can take.
    pub count: u32,
    /// The number of the workspace that came last: others come before it.
    pub after_workspace: i64,
    /// For how long it has the jobs, in milliseconds.
    pub lease_ms: i64,
    /// Now by its own clock, in milliseconds since the epoch.
    pub own_ms: i64,
}

/// A job in the hands of a worker.
#[derive(Debug, Clone)]
pub struct ClaimedJob {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The hold on it.
    pub lease: JobLease,
    /// The name of its payload's kind.
    pub kind: String,
    /// What it is about, as JSON.
    pub payload: String,
    /// 1 for the first attempt.
    pub attempt: i64,
    /// How often it may be begun.
    pub attempts_max: i64,
    /// What its steps came to in attempts before this one, as JSON by their names; `None` for one that must not run twice, has
    /// begun, and is not known to have ended.
    pub steps: BTreeMap<String, Option<String>>,
}

/// When the next job is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextJob {
    /// One is due.
    Due,
    /// One waits for this time, in milliseconds since the epoch.
    At(i64),
    /// None waits.
    None,
}

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

impl Db {
    /// When the next job of any workspace is due. It writes nothing.
    pub async fn next_job(&self) -> Result<NextJob> {
        self.peek(|tx| {
            let sql = "SELECT (SELECT MIN(id) FROM jobs WHERE is_due = 1),
                (SELECT MIN(run_at_ms) FROM jobs WHERE status = 'pending' AND is_due = 0)";
            let mut row = tx.one(sql, params![])?;
            let (due, at_ms) = (row.next_optional_int()?, row.next_optional_int()?);
            Ok(if due.is_some() { NextJob::Due } else { at_ms.map_or(NextJob::None, NextJob::At) })
        })
        .await
    }

    /// Gives jobs that are due to a worker, the same number to each workspace that has some, as far as they go.
    pub async fn claim_jobs(&self, claim: JobClaim) -> Result<Vec<ClaimedJob>> {
        self.write_locking(move |tx| {
            let now_ms = tx.shared_time_ms(claim.own_ms)?;
            make_due(tx, now_ms)?;
            let workspaces = due_workspaces(tx, claim.after_workspace, claim.count)?;
            let mut claimed = Vec::new();
            let share = claim.count.div_ceil(u32::try_from(workspaces.len()).unwrap_or(1).max(1));
            for workspace in &workspaces {
                let left = claim.count - u32::try_from(claimed.len()).unwrap_or(claim.count);
                claimed.extend(take(tx, *workspace, &claim.kinds, share.min(left))?);
            }
            for job in &mut claimed {
                begin(tx, job, now_ms, claim.lease_ms)?;
            }
            Ok(claimed)
        })
        .await
    }

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
    pub async fn end_job_leases(&self, own_ms: i64, kept: Vec<JobId>) -> Result<u64> {
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
                    ended += end_lease(tx, JobLease { id, epoch }, is_cancelled, is_last, now_ms)?;
                }
            }
            if ended > 0 {
                tx.announce(Signal::Jobs);
            }
            Ok(ended)
        })
        .await
    }

    /// Removes jobs of all workspaces that ended before `before_ms`, with their steps, at most 1,000 of them; answers how many.
    pub async fn delete_old_jobs(&self, before_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            let sql = "DELETE FROM jobs WHERE id IN
                (SELECT id FROM jobs WHERE finished_at_ms < $1 ORDER BY finished_at_ms LIMIT $2)";
            tx.execute(sql, params![before_ms, SWEEP_ROWS])
        })
        .await
    }

    /// Keeps how far workers are with their jobs, of all workspaces, as far as the jobs are still theirs.
    pub async fn report_progress(&self, reports: Vec<JobProgress>) -> Result<()> {
        self.write_locking(move |tx| {
            let sql = "UPDATE jobs SET progress = $3, message = $4 WHERE id = $1 AND epoch = $2 AND status = 'running'";
            reports.iter().try_for_each(|report| {
                let (lease, percent) = (report.lease, u32::from(report.percent.min(100)));
                tx.execute(sql, params![lease.id, lease.epoch, percent, &report.message]).map(drop)
            })
        })
        .await
    }

    /// A look-up of microseconds, on SQLite on the calling thread.
    async fn peek<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        match self {
            Self::Sqlite(sqlite) => sqlite.look(None, &work),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => self.dispatch(None, Mode::Look, work).await,
        }
    }
}

/// The end of a SELECT that passes over rows which another transaction has locked. SQLite has one writer, and needs none.
const fn skip_locked(tx: &Tx<'_>) -> &'static str {
    if tx.is_shared() { " FOR UPDATE SKIP LOCKED" } else { "" }
}

/// Makes jobs due whose time has come.
fn make_due(tx: &mut Tx<'_>, now_ms: i64) -> Result<()> {
    let sql = format!(
        "UPDATE jobs SET is_due = 1 WHERE id IN (SELECT id FROM jobs WHERE status = 'pending' AND is_due = 0 AND run_at_ms <= $1
            ORDER BY run_at_ms LIMIT $2{})",
        skip_locked(tx)
    );
    tx.execute(&sql, params![now_ms, PIECE]).map(drop)
}

/// The workspaces that have jobs which are due, at most `count`: those after `after` first, and then from the beginning.
fn due_workspaces(tx: &mut Tx<'_>, after: i64, count: u32) -> Result<Vec<i64>> {
    let sql = "SELECT MIN(workspace_id) FROM jobs WHERE is_due = 1 AND workspace_id > $1";
    let (mut found, mut last, mut is_wrapped) = (Vec::new(), after, false);
    while found.len() < count as usize {
        match tx.one(sql, params![last])?.next_optional_int()? {
            Some(workspace) if is_wrapped && workspace > after => break,
            Some(workspace) => {
                found.push(workspace);
                last = workspace;
            }
            None if is_wrapped => break,
            None => (last, is_wrapped) = (i64::MIN, true),
        }
    }
    Ok(found)
}

/// Jobs of `workspace` that are due, at most `count`.
fn take(tx: &mut Tx<'_>, workspace: i64, kinds: &[String], count: u32) -> Result<Vec<ClaimedJob>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (3..kinds.len() + 3).map(|place| format!("${place}")).collect();
    let lock = if tx.is_shared() { " FOR UPDATE OF j SKIP LOCKED" } else { "" };
    let sql = format!(
        "SELECT j.id, w.id, j.epoch, j.kind, j.payload, j.attempts, j.attempts_max FROM jobs j
        JOIN workspaces w ON w.number = j.workspace_id
        WHERE j.is_due = 1 AND j.workspace_id = $1 AND j.kind IN ({})
        ORDER BY j.priority DESC, j.run_at_ms, j.id LIMIT $2{lock}",
        places.join(", ")
    );
    let mut params = vec![Param::Int(workspace), Param::from(count)];
    params.extend(kinds.iter().map(Param::from));
    tx.query(&sql, &params)?.into_iter().map(|row| claimed(row, workspace)).collect()
}

fn claimed(mut row: Row, workspace: i64) -> Result<ClaimedJob> {
    let (id, workspace) = (JobId::from_key(row.next_int()?), WorkspaceId::new(workspace, &row.next_text()?));
    Ok(ClaimedJob {
        workspace,
        // That of the worker that it is given to.
        lease: JobLease { id, epoch: row.next_int()? + 1 },
        kind: row.next_text()?,
        payload: row.next_text()?,
        attempt: row.next_int()? + 1,
        attempts_max: row.next_int()?,
        steps: BTreeMap::new(),
    })
}

/// Gives a job to its worker, with what is recorded of its steps.
fn begin(tx: &mut Tx<'_>, job: &mut ClaimedJob, now_ms: i64, lease_ms: i64) -> Result<()> {
    let sql = "UPDATE jobs SET status = 'running', is_due = 0, epoch = $2, attempts = $3, lease_until_ms = $4,
            started_at_ms = COALESCE(started_at_ms, $5) WHERE id = $1";
    let lease = job.lease;
    tx.execute(sql, params![lease.id, lease.epoch, job.attempt, now_ms + lease_ms, now_ms])?;
    if lease.epoch > 1 {
        let sql = "SELECT name, result FROM job_steps WHERE job_id = $1";
        let steps = tx
            .query(sql, params![lease.id])?
            .into_iter()
            .map(|mut row| Ok((row.next_text()?, row.next_optional_text()?)));
        job.steps = steps.collect::<Result<_>>()?;
    }
    Ok(())
}

/// Takes a job from a worker that did not come back.
fn end_lease(tx: &mut Tx<'_>, lease: JobLease, is_cancelled: bool, is_last: bool, now_ms: i64) -> Result<u64> {
    let held = "WHERE id = $1 AND epoch = $2 AND status = 'running'";
    let open = "SELECT name FROM job_steps WHERE job_id = $1 AND result IS NULL LIMIT 1";
    if (is_cancelled || is_last) && tx.first(open, params![lease.id])?.is_some() {
        let sql = format!("UPDATE jobs SET status = 'unknown', finished_at_ms = $3, error = $4 {held}");
        return tx.execute(&sql, params![lease.id, lease.epoch, now_ms, STEP_LOST]);
    }
    if is_cancelled {
        let sql = format!("UPDATE jobs SET status = 'cancelled', finished_at_ms = $3 {held}");
        return tx.execute(&sql, params![lease.id, lease.epoch, now_ms]);
    }
    if is_last {
        let sql = format!("UPDATE jobs SET status = 'failed', finished_at_ms = $3, error = $4 {held}");
        return tx.execute(&sql, params![lease.id, lease.epoch, now_ms, WORKER_LOST]);
    }
    let sql = format!("UPDATE jobs SET status = 'pending', is_due = 1 {held}");
    tx.execute(&sql, params![lease.id, lease.epoch])
}
