//! What a worker writes of its job: steps, progress, its log, and how it ended. Every write names the epoch of its lease, and is
//! refused once another worker has the job.

use super::db::Db;
use super::error::{Error, JobRefusal, Result};
use super::events::{JobFailedData, JobProgressData, JobSucceededData};
use super::job_logs::{self, JobLine};
use super::jobs::{JobStatus, Jobs};
use super::new_job::JOB_BYTES_MAX;
use super::pending_event::Cause;
use super::signals::Signal;
use super::tx::Tx;
use super::value::Row;
use super::workspace::WorkspaceId;
use crate::ids::{EventId, JobId};
use crate::params;

/// Recorded steps of one job.
const STEPS_MAX: i64 = 1_000;

/// A worker's hold on a job. The epoch grows each time that the job is given to a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobLease {
    /// The job.
    pub id: JobId,
    /// The epoch under which the worker got it.
    pub epoch: i64,
}

/// How a worker's hold on a job ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnding {
    /// It is done, with this result, as JSON.
    Succeeded(String),
    /// It failed, and is to run again at this time, in milliseconds since the epoch.
    Retry {
        /// When.
        at_ms: i64,
        /// Why it failed.
        error: String,
    },
    /// It failed for good.
    Failed(String),
    /// It was cancelled.
    Cancelled,
    /// It cannot be known whether it is done.
    Unknown(String),
    /// Its worker stops before the job is done; the attempt does not count.
    Released,
}

/// How far a worker is with its job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobProgress {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Its hold on the job.
    pub lease: JobLease,
    /// 0 to 100.
    pub percent: u8,
    /// What it says of it.
    pub message: Option<String>,
    /// What the log of the job has of it, and what else it has said.
    pub lines: Vec<JobLine>,
    /// The id of the event that says so, if the workspace has readers of such events.
    pub event_id: EventId,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
}

impl JobEnding {
    /// Whether the job is over then.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Retry { .. } | Self::Released)
    }

    /// Why the attempt failed, if it did.
    fn failure(&self) -> Option<&str> {
        match self {
            Self::Retry { error, .. } | Self::Failed(error) | Self::Unknown(error) => Some(error),
            Self::Succeeded(_) | Self::Cancelled | Self::Released => None,
        }
    }

    /// The end that is kept in place of one that is too large to be.
    #[must_use]
    pub fn fitting(self) -> Self {
        match self {
            Self::Succeeded(result) if result.len() > JOB_BYTES_MAX => {
                Self::Failed(format!("its result has more than {JOB_BYTES_MAX} bytes"))
            }
            ending => ending,
        }
    }
}

impl Tx<'_> {
    /// Makes sure that the worker with this lease still has its job, until the transaction ends: nothing that the transaction
    /// writes stays if another worker has it.
    ///
    /// # Errors
    /// [`JobRefusal::LeaseLost`].
    pub fn fence(&mut self, lease: JobLease) -> Result<()> {
        let sql = format!(
            "SELECT attempts FROM jobs WHERE workspace_id = $1 AND id = $2 AND epoch = $3 AND status = 'running'{}",
            self.lock()
        );
        match self.first(&sql, params![lease.id, lease.epoch])? {
            Some(_) => Ok(()),
            None => Err(JobRefusal::LeaseLost.into()),
        }
    }
}

impl Jobs<'_> {
    /// Keeps that a step has begun which must not run twice: unless its result is recorded, another attempt finds it among
    /// those whose end is not known.
    ///
    /// # Errors
    /// [`JobRefusal::LeaseLost`], [`JobRefusal::TooManySteps`]; [`Error::Unique`] if it has begun before.
    pub async fn begin_step(self, lease: JobLease, name: &str, now_ms: i64) -> Result<()> {
        let name = name.to_owned();
        let begin = move |tx: &mut Tx<'_>| {
            let mut tx = tx_of_steps(tx, lease)?;
            let sql = "INSERT INTO job_steps (job_id, name, created_at_ms) VALUES ($1, $2, $3)";
            tx.execute(sql, params![lease.id, &name, now_ms]).map(drop)
        };
        self.0.write_locking(begin).await
    }

    /// Keeps the result of a step, as JSON, so that another attempt takes it instead of running the step.
    ///
    /// # Errors
    /// [`JobRefusal::LeaseLost`], [`JobRefusal::ResultTooLarge`], [`JobRefusal::TooManySteps`]; [`Error::Unique`] if one is
    /// recorded.
    pub async fn record_step(self, lease: JobLease, name: &str, result: String, now_ms: i64) -> Result<()> {
        let name = name.to_owned();
        let record = move |tx: &mut Tx<'_>| {
            if result.len() > JOB_BYTES_MAX {
                return Err(JobRefusal::ResultTooLarge.into());
            }
            let mut tx = tx_of_steps(tx, lease)?;
            let sql = "INSERT INTO job_steps (job_id, name, result, created_at_ms) VALUES ($1, $2, $3, $4)
                ON CONFLICT (job_id, name) DO UPDATE SET result = excluded.result WHERE job_steps.result IS NULL";
            match tx.execute(sql, params![lease.id, &name, &result, now_ms])? {
                1 => Ok(()),
                _ => Err(Error::Unique(format!("the step {name} of a job"))),
            }
        };
        self.0.write_locking(record).await
    }

    /// Adds lines to the log of a job.
    ///
    /// # Errors
    /// [`JobRefusal::LeaseLost`].
    pub async fn log(self, lease: JobLease, lines: Vec<JobLine>) -> Result<()> {
        let log = move |tx: &mut Tx<'_>| {
            tx.fence(lease)?;
            job_logs::write(tx, lease.id, &lines)
        };
        self.0.write_locking(log).await
    }

    /// Ends a worker's hold on a job; `event_id` is the id of the event that says so.
    ///
    /// # Errors
    /// [`JobRefusal::LeaseLost`], [`JobRefusal::ResultTooLarge`].
    pub async fn finish(self, lease: JobLease, ending: JobEnding, event_id: EventId, now_ms: i64) -> Result<()> {
        let finish = move |tx: &mut Tx<'_>| match &ending {
            JobEnding::Succeeded(result) if result.len() > JOB_BYTES_MAX => Err(JobRefusal::ResultTooLarge.into()),
            ending if end(tx, lease, ending, &[], event_id, now_ms)? => Ok(()),
            _ => Err(JobRefusal::LeaseLost.into()),
        };
        self.0.write_locking(finish).await
    }
}

impl Db {
    /// Keeps how far workers are with their jobs, of all workspaces, and what they say, as far as the jobs are still theirs.
    pub async fn report_progress(&self, reports: Vec<JobProgress>) -> Result<()> {
        let have_readers: Vec<bool> = reports.iter().map(|report| self.has_event_readers(&report.workspace)).collect();
        self.write_locking(move |tx| {
            let sql = "UPDATE jobs SET progress = $3, message = $4, version = version + 1
                WHERE id = $1 AND epoch = $2 AND status = 'running' RETURNING is_public, subject, kind";
            for (report, has_readers) in reports.iter().zip(&have_readers) {
                let (lease, percent) = (report.lease, report.percent.min(100));
                let params = params![lease.id, lease.epoch, u32::from(percent), &report.message];
                let Some(mut row) = tx.first(sql, params)? else { continue };
                let (is_public, owner, kind) = (row.next_truth()?, row.next_optional_int()?, row.next_text()?);
                job_logs::write(tx, lease.id, &report.lines)?;
                if is_public && *has_readers {
                    let cause = Cause { id: report.event_id, at_ms: report.at_ms, subject: None, owner };
                    let (progress, message) = (i64::from(percent), report.message.clone());
                    let data = JobProgressData { job_id: lease.id, kind, progress, message };
                    tx.emit_in(report.workspace.number(), cause, &data)?;
                }
            }
            Ok(())
        })
        .await
    }
}

/// The transaction for the steps of a job that is still its worker's and has room for one more.
fn tx_of_steps<'a>(tx: &'a mut Tx<'_>, lease: JobLease) -> Result<Tx<'a>> {
    tx.fence(lease)?;
    let mut tx = tx.unscoped();
    let count = tx.one("SELECT COUNT(*) FROM job_steps WHERE job_id = $1", params![lease.id])?.next_int()?;
    if count >= STEPS_MAX { Err(JobRefusal::TooManySteps.into()) } else { Ok(tx) }
}

/// Ends a worker's hold on a job of the transaction's workspace, and says so in the workspace's log of events; the log of the job
/// gets the `lines`, and why the attempt failed if it did. False, with nothing done, if the worker does not have the job.
pub(super) fn end(
    tx: &mut Tx<'_>,
    lease: JobLease,
    ending: &JobEnding,
    lines: &[JobLine],
    event_id: EventId,
    now_ms: i64,
) -> Result<bool> {
    let held = format!(
        "version = version + 1 WHERE workspace_id = $1 AND id = $2 AND epoch = $3 AND status = 'running' RETURNING {ENDED}"
    );
    let over = |status: JobStatus| format!("UPDATE jobs SET status = '{}', finished_at_ms = $4", status.as_str());
    let ended = match ending {
        JobEnding::Succeeded(result) => {
            let sql = format!("{}, result = $5, error = NULL, progress = 100, {held}", over(JobStatus::Succeeded));
            tx.first(&sql, params![lease.id, lease.epoch, now_ms, result])
        }
        JobEnding::Failed(error) => {
            let sql = format!("{}, error = $5, {held}", over(JobStatus::Failed));
            tx.first(&sql, params![lease.id, lease.epoch, now_ms, error])
        }
        JobEnding::Unknown(error) => {
            let sql = format!("{}, error = $5, {held}", over(JobStatus::Unknown));
            tx.first(&sql, params![lease.id, lease.epoch, now_ms, error])
        }
        JobEnding::Cancelled => {
            let sql = format!("{}, {held}", over(JobStatus::Cancelled));
            tx.first(&sql, params![lease.id, lease.epoch, now_ms])
        }
        JobEnding::Retry { at_ms, error } => {
            let sql = format!("UPDATE jobs SET {AGAIN}, run_at_ms = $5, error = $6, {held}");
            tx.first(&sql, params![lease.id, lease.epoch, now_ms, *at_ms, error])
        }
        JobEnding::Released => {
            let sql =
                format!("UPDATE jobs SET {AGAIN}, is_due = 1 - cancel_requested, attempts = attempts - 1, {held}");
            tx.first(&sql, params![lease.id, lease.epoch, now_ms])
        }
    };
    let Some(ended) = ended?.map(Ended::read).transpose()? else { return Ok(false) };
    let failure = ending.failure().map(|error| JobLine::new(now_ms, ended.attempts, error));
    job_logs::write(tx, lease.id, &lines.iter().cloned().chain(failure).collect::<Vec<_>>())?;
    if matches!(ending, JobEnding::Retry { .. } | JobEnding::Released) {
        tx.announce(Signal::Jobs);
    }
    tell_of_end(tx, lease.id, ended, event_id, now_ms)?;
    Ok(true)
}

/// A worker's job waits again, unless it was asked to be cancelled: then it is.
const AGAIN: &str = "status = CASE WHEN cancel_requested = 1 THEN 'cancelled' ELSE 'pending' END,
    finished_at_ms = CASE WHEN cancel_requested = 1 THEN CAST($4 AS BIGINT) ELSE NULL END";

/// The columns of [`Ended`].
pub(super) const ENDED: &str = "workspace_id, is_public, subject, kind, attempts, status, error";

/// A job that a worker does not have any more.
pub(super) struct Ended {
    workspace: i64,
    is_public: bool,
    owner: Option<i64>,
    kind: String,
    pub(super) attempts: i64,
    status: JobStatus,
    error: Option<String>,
}

impl Ended {
    /// Reads the columns [`ENDED`].
    pub(super) fn read(mut row: Row) -> Result<Self> {
        Ok(Self {
            workspace: row.next_int()?,
            is_public: row.next_truth()?,
            owner: row.next_optional_int()?,
            kind: row.next_text()?,
            attempts: row.next_int()?,
            status: JobStatus::read(&row.next_text()?)?,
            error: row.next_optional_text()?,
        })
    }
}

/// Says in the log of events that a job has ended, if it has and callers may see it.
pub(super) fn tell_of_end(tx: &mut Tx<'_>, job_id: JobId, ended: Ended, id: EventId, at_ms: i64) -> Result<()> {
    let Ended { workspace, is_public, owner, kind, attempts, status, error } = ended;
    let cause = Cause { id, at_ms, subject: None, owner };
    match status {
        JobStatus::Succeeded if is_public => tx.emit_in(workspace, cause, &JobSucceededData { job_id, kind, attempts }),
        JobStatus::Failed | JobStatus::Unknown if is_public => {
            let status = status.as_str().to_owned();
            tx.emit_in(workspace, cause, &JobFailedData { job_id, kind, attempts, status, error })
        }
        _ => Ok(()),
    }
}
