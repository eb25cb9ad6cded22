//! Jobs of a workspace: work that is kept with the change that causes it, and outlives the program. Every write of a worker
//! names the epoch of its lease, and is refused once another worker has the job.

use super::error::{Error, JobRefusal, Result};
use super::rows::Rows;
use super::signals::Signal;
use super::tx::Tx;
use super::value::Row;
use crate::ids::JobId;
use crate::params;

/// Largest payload of a job, and largest result of a job or of one of its steps, in bytes.
pub const JOB_BYTES_MAX: usize = 1 << 20;
/// Longest unique key, in bytes.
const UNIQUE_KEY_BYTES_MAX: usize = 255;
/// Recorded steps of one job.
const STEPS_MAX: i64 = 1_000;
/// The priority of a job that has none of its own, of 0 to 9.
const PRIORITY: u8 = 5;
const PRIORITY_HIGHEST: u8 = 9;

/// A job that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    kind: String,
    payload: String,
    priority: u8,
    run_at_ms: Option<i64>,
    unique_key: Option<String>,
    attempts_max: u32,
}

/// What became of a job that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// It is kept.
    New(JobId),
    /// An unfinished job of the same kind has its unique key; nothing is kept.
    Known(JobId),
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobStatus {
    /// It waits for its time or for a worker.
    Pending,
    /// A worker has it.
    Running,
    /// It is done.
    Succeeded,
    /// It has failed as often as it may, or in a way that another attempt does not change.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// It cannot be known whether it is done: a person has to look.
    Unknown,
}

/// A job as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredJob {
    /// `job_...`
    pub id: JobId,
    /// The name of its payload's kind.
    pub kind: String,
    /// How far it is.
    pub status: JobStatus,
    /// 0 to 9; higher ones come first.
    pub priority: i64,
    /// When it is to run, or to run again, in milliseconds since the epoch.
    pub run_at_ms: i64,
    /// What it is about, as JSON.
    pub payload: String,
    /// The key that no other unfinished job of its kind has.
    pub unique_key: Option<String>,
    /// How often it was begun.
    pub attempts: i64,
    /// How often it may be begun.
    pub attempts_max: i64,
    /// Whether its worker is asked to stop.
    pub cancel_requested: bool,
    /// 0 to 100.
    pub progress: i64,
    /// What its worker says of its progress.
    pub message: Option<String>,
    /// What it came to, as JSON.
    pub result: Option<String>,
    /// Why its last attempt failed.
    pub error: Option<String>,
    /// When it was kept, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// When it was first begun.
    pub started_at_ms: Option<i64>,
    /// When it ended.
    pub finished_at_ms: Option<i64>,
}

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
    /// Its hold on the job.
    pub lease: JobLease,
    /// 0 to 100.
    pub percent: u8,
    /// What it says of it.
    pub message: Option<String>,
}

impl NewJob {
    /// A job of the kind `kind` about `payload`, which is JSON, that may be begun `attempts_max` times.
    #[must_use]
    pub fn new(kind: &str, payload: String, attempts_max: u32) -> Self {
        let (kind, attempts_max) = (kind.to_owned(), attempts_max.max(1));
        Self { kind, payload, priority: PRIORITY, run_at_ms: None, unique_key: None, attempts_max }
    }

    /// The same job with a priority of 0 to 9, 5 by default: among the jobs of a workspace that are due, higher ones come
    /// first.
    #[must_use]
    pub fn priority(mut self, priority: u8) -> Self {
        self.priority = priority.min(PRIORITY_HIGHEST);
        self
    }

    /// The same job, which runs no sooner than this time, in milliseconds since the epoch.
    #[must_use]
    pub const fn run_at_ms(mut self, run_at_ms: i64) -> Self {
        self.run_at_ms = Some(run_at_ms);
        self
    }

    /// The same job, which is kept only if no unfinished job of its kind and workspace has this key.
    #[must_use]
    pub fn unique_key(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self
    }

    /// The same job, which may be begun so many times.
    #[must_use]
    pub fn attempts_max(mut self, attempts_max: u32) -> Self {
        self.attempts_max = attempts_max.max(1);
        self
    }
}

impl Enqueued {
    /// The job that is kept.
    #[must_use]
    pub const fn id(self) -> JobId {
        match self {
            Self::New(id) | Self::Known(id) => id,
        }
    }
}

impl JobStatus {
    /// The word in the store and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
        }
    }

    fn read(text: &str) -> Result<Self> {
        let all = [Self::Pending, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled, Self::Unknown];
        let found = all.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| Error::broken("an unknown status of a job"))
    }
}

impl Tx<'_> {
    /// Keeps a job under `id` in this transaction of a workspace: it is there if the transaction is committed, and a worker
    /// gets it then.
    ///
    /// # Errors
    /// [`JobRefusal::PayloadTooLarge`], [`JobRefusal::KeyTooLong`].
    pub fn enqueue(&mut self, id: JobId, job: &NewJob, now_ms: i64) -> Result<Enqueued> {
        if job.payload.len() > JOB_BYTES_MAX {
            return Err(JobRefusal::PayloadTooLarge.into());
        }
        if job.unique_key.as_ref().is_some_and(|key| key.len() > UNIQUE_KEY_BYTES_MAX) {
            return Err(JobRefusal::KeyTooLong.into());
        }
        let is_due = job.run_at_ms.is_none_or(|at_ms| at_ms <= now_ms);
        let sql = "INSERT INTO jobs (workspace_id, id, kind, status, is_due, priority, run_at_ms, payload, unique_key, attempts,
                attempts_max, epoch, lease_until_ms, cancel_requested, progress, created_at_ms)
            VALUES ($1, $2, $3, 'pending', $4, $5, $6, $7, $8, 0, $9, 0, 0, 0, 0, $10)
            ON CONFLICT (workspace_id, kind, unique_key) WHERE unique_key IS NOT NULL AND finished_at_ms IS NULL DO NOTHING";
        let params = params![
            id,
            &job.kind,
            is_due,
            u32::from(job.priority),
            job.run_at_ms.unwrap_or(now_ms),
            &job.payload,
            &job.unique_key,
            job.attempts_max,
            now_ms
        ];
        if self.execute(sql, params)? == 1 {
            self.announce(Signal::Jobs);
            return Ok(Enqueued::New(id));
        }
        let sql =
            "SELECT id FROM jobs WHERE workspace_id = $1 AND kind = $2 AND unique_key = $3 AND finished_at_ms IS NULL";
        let known = self.first(sql, params![&job.kind, &job.unique_key])?;
        let mut known = known.ok_or_else(|| Error::Retry("the job with the same key has just ended".into()))?;
        Ok(Enqueued::Known(JobId::from_key(known.next_int()?)))
    }

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

const COLUMNS: &str =
    "id, kind, status, priority, run_at_ms, payload, unique_key, attempts, attempts_max, cancel_requested,
    progress, message, result, error, created_at_ms, started_at_ms, finished_at_ms";

/// The jobs of a workspace.
#[derive(Clone, Copy)]
pub struct Jobs<'a>(pub(super) &'a Rows);

impl Jobs<'_> {
    /// A job.
    pub async fn find(self, id: JobId) -> Result<Option<StoredJob>> {
        let sql = format!("SELECT {COLUMNS} FROM jobs WHERE workspace_id = $1 AND id = $2");
        self.0.look(move |tx| tx.first(&sql, params![id])?.map(read).transpose()).await
    }

    /// Keeps a job.
    ///
    /// # Errors
    /// As [`Tx::enqueue`].
    pub async fn create(self, id: JobId, job: NewJob, now_ms: i64) -> Result<Enqueued> {
        self.0.write_locking(move |tx| tx.enqueue(id, &job, now_ms)).await
    }

    /// Ends a job that waits, and asks the worker of one that runs to stop; answers how far it is then, `None` if it is not
    /// there.
    ///
    /// # Errors
    /// [`JobRefusal::Finished`].
    pub async fn cancel(self, id: JobId, now_ms: i64) -> Result<Option<JobStatus>> {
        let cancel = move |tx: &mut Tx<'_>| {
            let sql = format!("SELECT status FROM jobs WHERE workspace_id = $1 AND id = $2{}", tx.lock());
            let Some(mut row) = tx.first(&sql, params![id])? else { return Ok(None) };
            match JobStatus::read(&row.next_text()?)? {
                JobStatus::Pending => {
                    let sql = "UPDATE jobs SET status = 'cancelled', is_due = 0, finished_at_ms = $3
                        WHERE workspace_id = $1 AND id = $2";
                    tx.execute(sql, params![id, now_ms])?;
                    Ok(Some(JobStatus::Cancelled))
                }
                JobStatus::Running => {
                    let sql = "UPDATE jobs SET cancel_requested = 1 WHERE workspace_id = $1 AND id = $2";
                    tx.execute(sql, params![id])?;
                    Ok(Some(JobStatus::Running))
                }
                JobStatus::Succeeded | JobStatus::Failed | JobStatus::Cancelled | JobStatus::Unknown => {
                    Err(JobRefusal::Finished.into())
                }
            }
        };
        self.0.write_locking(cancel).await
    }

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

    /// Ends a worker's hold on a job.
    ///
    /// # Errors
    /// [`JobRefusal::LeaseLost`], [`JobRefusal::ResultTooLarge`].
    pub async fn finish(self, lease: JobLease, ending: JobEnding, now_ms: i64) -> Result<()> {
        self.0.write_locking(move |tx| finish(tx, lease, &ending, now_ms)).await
    }
}

/// The transaction for the steps of a job that is still its worker's and has room for one more.
fn tx_of_steps<'a>(tx: &'a mut Tx<'_>, lease: JobLease) -> Result<Tx<'a>> {
    tx.fence(lease)?;
    let mut tx = tx.unscoped();
    let count = tx.one("SELECT COUNT(*) FROM job_steps WHERE job_id = $1", params![lease.id])?.next_int()?;
    if count >= STEPS_MAX { Err(JobRefusal::TooManySteps.into()) } else { Ok(tx) }
}

fn finish(tx: &mut Tx<'_>, lease: JobLease, ending: &JobEnding, now_ms: i64) -> Result<()> {
    let held = "WHERE workspace_id = $1 AND id = $2 AND epoch = $3 AND status = 'running'";
    let over = |status: JobStatus| format!("UPDATE jobs SET status = '{}', finished_at_ms = $4", status.as_str());
    let changed = match ending {
        JobEnding::Succeeded(result) if result.len() > JOB_BYTES_MAX => return Err(JobRefusal::ResultTooLarge.into()),
        JobEnding::Succeeded(result) => {
            let sql = format!("{}, result = $5, error = NULL, progress = 100 {held}", over(JobStatus::Succeeded));
            tx.execute(&sql, params![lease.id, lease.epoch, now_ms, result])
        }
        JobEnding::Failed(error) => {
            let sql = format!("{}, error = $5 {held}", over(JobStatus::Failed));
            tx.execute(&sql, params![lease.id, lease.epoch, now_ms, error])
        }
        JobEnding::Unknown(error) => {
            let sql = format!("{}, error = $5 {held}", over(JobStatus::Unknown));
            tx.execute(&sql, params![lease.id, lease.epoch, now_ms, error])
        }
        JobEnding::Cancelled => {
            let sql = format!("{} {held}", over(JobStatus::Cancelled));
            tx.execute(&sql, params![lease.id, lease.epoch, now_ms])
        }
        JobEnding::Retry { at_ms, error } => {
            let sql = format!("UPDATE jobs SET status = 'pending', run_at_ms = $4, error = $5 {held}");
            tx.execute(&sql, params![lease.id, lease.epoch, *at_ms, error])
        }
        JobEnding::Released => {
            let sql = format!("UPDATE jobs SET status = 'pending', is_due = 1, attempts = attempts - 1 {held}");
            tx.execute(&sql, params![lease.id, lease.epoch])
        }
    };
    if changed? == 0 {
        return Err(JobRefusal::LeaseLost.into());
    }
    if matches!(ending, JobEnding::Retry { .. } | JobEnding::Released) {
        tx.announce(Signal::Jobs);
    }
    Ok(())
}

fn read(mut row: Row) -> Result<StoredJob> {
    Ok(StoredJob {
        id: JobId::from_key(row.next_int()?),
        kind: row.next_text()?,
        status: JobStatus::read(&row.next_text()?)?,
        priority: row.next_int()?,
        run_at_ms: row.next_int()?,
        payload: row.next_text()?,
        unique_key: row.next_optional_text()?,
        attempts: row.next_int()?,
        attempts_max: row.next_int()?,
        cancel_requested: row.next_int()? == 1,
        progress: row.next_int()?,
        message: row.next_optional_text()?,
        result: row.next_optional_text()?,
        error: row.next_optional_text()?,
        created_at_ms: row.next_int()?,
        started_at_ms: row.next_optional_int()?,
        finished_at_ms: row.next_optional_int()?,
    })
}
