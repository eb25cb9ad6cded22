//! Jobs of a workspace as their readers see them: work that is kept with the change that causes it, and outlives the program.

use std::ops::Deref;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actor::{Actor, Target};
use super::error::{Error, JobRefusal, Result};
use super::idempotency::OnceKey;
use super::new_job::{Enqueued, NewJob};
use super::rows::Rows;
use super::signals::Signal;
use super::tx::Tx;
use super::value::Row;
use super::visibility::VisibleTo;
use crate::ids::JobId;
use crate::params;

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// What a list shows of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRow {
    /// `job_...`
    pub id: JobId,
    /// The name of its payload's kind.
    pub kind: String,
    /// Whose it is; `None` for the gateway's own.
    pub user_id: Option<String>,
    /// The job that it does again.
    pub origin_id: Option<JobId>,
    /// How far it is.
    pub status: JobStatus,
    /// 0 to 9; higher ones come first.
    pub priority: i64,
    /// When it is to run, or to run again, in milliseconds since the epoch.
    pub run_at_ms: i64,
    /// How long an attempt may take, in seconds; `None` for as long as its kind says.
    pub timeout_s: Option<u32>,
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
    /// Grows with each change that a reader can see.
    pub version: i64,
    /// Why its last attempt failed.
    pub error: Option<String>,
    /// When it was kept, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// When it was first begun.
    pub started_at_ms: Option<i64>,
    /// When it ended.
    pub finished_at_ms: Option<i64>,
}

/// A job as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredJob {
    /// All but what it is about and what it came to.
    pub row: JobRow,
    /// What it is about, as JSON.
    pub payload: String,
    /// What it came to, as JSON.
    pub result: Option<String>,
}

impl Deref for StoredJob {
    type Target = JobRow;

    fn deref(&self) -> &JobRow {
        &self.row
    }
}

impl JobStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled, Self::Unknown];

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

    /// Whether it stays so.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }

    pub(super) fn read(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| Error::broken("an unknown status of a job"))
    }
}

/// The columns of [`JobRow`] of jobs `j`, whose subjects are `s`.
pub(super) const ROW: &str = "j.id, j.kind, s.id, j.origin_id, j.status, j.priority, j.run_at_ms, j.timeout_s, j.unique_key,
    j.attempts, j.attempts_max, j.cancel_requested, j.progress, j.message, j.version, j.error, j.created_at_ms, j.started_at_ms,
    j.finished_at_ms";

/// The jobs of a workspace.
#[derive(Clone, Copy)]
pub struct Jobs<'a>(pub(super) &'a Rows);

impl Jobs<'_> {
    /// A job, whoever may see it.
    pub async fn find(self, id: JobId) -> Result<Option<StoredJob>> {
        let sql = by_id("");
        self.0.look(move |tx| tx.first(&sql, params![id])?.map(read).transpose()).await
    }

    /// A job that is visible.
    pub async fn find_visible(self, id: JobId, visible_to: VisibleTo) -> Result<Option<StoredJob>> {
        let sql = by_id("AND j.is_public = 1");
        let found = self.0.look(move |tx| tx.first(&sql, params![id])?.map(read).transpose()).await?;
        Ok(found.filter(|job| shows(&visible_to, job)))
    }

    /// Keeps a job.
    ///
    /// # Errors
    /// As [`Tx::enqueue`].
    pub async fn create(self, id: JobId, job: NewJob, now_ms: i64) -> Result<Enqueued> {
        self.0.write_locking(move |tx| tx.enqueue(id, &job, now_ms)).await
    }

    /// Keeps a job for the actor of a request, once for each `once`; answers it, or the unfinished one with the same unique key,
    /// if that is visible.
    ///
    /// # Errors
    /// As [`Tx::enqueue`]; [`JobRefusal::KeyTaken`] if what has the key is not visible.
    pub async fn create_once(
        self,
        id: JobId,
        job: NewJob,
        visible_to: VisibleTo,
        once: Option<OnceKey>,
        now_ms: i64,
    ) -> Result<StoredJob> {
        let actor = self.0.actor();
        let create = move |tx: &mut Tx<'_>| {
            let enqueued = tx.enqueue(id, &job, now_ms)?;
            if enqueued == Enqueued::New(id) {
                audit(tx, actor.as_deref(), id, &job)?;
            }
            let kept = tx.one(&by_id("AND j.is_public = 1"), params![enqueued.id()]).and_then(read)?;
            if shows(&visible_to, &kept) { Ok(kept) } else { Err(JobRefusal::KeyTaken.into()) }
        };
        self.0.lock_once(once, now_ms, create).await
    }

    /// Does again what the job `origin` did, if that is visible and has ended: `again` makes the new job `id` of it. Answers
    /// `None` if the origin is not there.
    ///
    /// # Errors
    /// [`JobRefusal::NotFinished`]; [`JobRefusal::KeyTaken`] if an unfinished job has the same unique key; those of `again`, and of
    /// [`Tx::enqueue`].
    pub async fn retry(
        self,
        origin: JobId,
        id: JobId,
        visible_to: VisibleTo,
        again: NewJob,
        once: Option<OnceKey>,
        now_ms: i64,
    ) -> Result<Option<StoredJob>> {
        let actor = self.0.actor();
        let retry = move |tx: &mut Tx<'_>| {
            let Some(job) = lock_visible(tx, origin, &visible_to)? else { return Ok(None) };
            if !job.status.is_final() {
                return Err(JobRefusal::NotFinished.into());
            }
            if tx.enqueue(id, &again, now_ms)? != Enqueued::New(id) {
                return Err(JobRefusal::KeyTaken.into());
            }
            audit(tx, actor.as_deref(), id, &again)?;
            tx.one(&by_id(""), params![id]).and_then(read).map(Some)
        };
        self.0.lock_found_once(once, now_ms, retry).await
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
            cancel(tx, id, JobStatus::read(&row.next_text()?)?, now_ms).map(Some)
        };
        self.0.write_locking(cancel).await
    }

    /// As [`Jobs::cancel`], for a job that is visible, and the actor of a request; answers the job.
    ///
    /// # Errors
    /// [`JobRefusal::Finished`].
    pub async fn cancel_visible(self, id: JobId, visible_to: VisibleTo, now_ms: i64) -> Result<Option<StoredJob>> {
        let actor = self.0.actor();
        let cancel = move |tx: &mut Tx<'_>| {
            let Some(job) = lock_visible(tx, id, &visible_to)? else { return Ok(None) };
            let was_asked = job.cancel_requested;
            cancel(tx, id, job.status, now_ms)?;
            if let (Some(actor), false) = (actor.as_deref(), was_asked) {
                tx.audit(Some(actor), Target { kind: "job", id: &id.to_string() }, &json!({"kind": job.kind}))?;
            }
            tx.one(&by_id(""), params![id]).and_then(read).map(Some)
        };
        self.0.write_locking(cancel).await
    }
}

fn by_id(and: &str) -> String {
    format!(
        "SELECT {ROW}, j.payload, j.result FROM jobs j LEFT JOIN subjects s ON s.number = j.subject
        WHERE j.workspace_id = $1 AND j.id = $2 {and}"
    )
}

/// Whether a job may be seen: what belongs to no user is for those who see all.
fn shows(visible_to: &VisibleTo, job: &JobRow) -> bool {
    match &job.user_id {
        Some(user_id) => visible_to.shows(user_id),
        None => *visible_to == VisibleTo::All,
    }
}

/// A job that is visible, whose row is locked where the backend has locks.
fn lock_visible(tx: &mut Tx<'_>, id: JobId, visible_to: &VisibleTo) -> Result<Option<StoredJob>> {
    let lock = if tx.is_shared() { "AND j.is_public = 1 FOR UPDATE OF j" } else { "AND j.is_public = 1" };
    let found = tx.first(&by_id(lock), params![id])?.map(read).transpose()?;
    Ok(found.filter(|job| shows(visible_to, job)))
}

/// Ends a job of this status, whose row is locked, or asks its worker to stop.
fn cancel(tx: &mut Tx<'_>, id: JobId, status: JobStatus, now_ms: i64) -> Result<JobStatus> {
    match status {
        JobStatus::Pending => {
            let sql = "UPDATE jobs SET status = 'cancelled', is_due = 0, finished_at_ms = $3, version = version + 1
                WHERE workspace_id = $1 AND id = $2";
            tx.execute(sql, params![id, now_ms])?;
            Ok(JobStatus::Cancelled)
        }
        JobStatus::Running => {
            let sql = "UPDATE jobs SET cancel_requested = 1, version = version + 1
                WHERE workspace_id = $1 AND id = $2 AND cancel_requested = 0";
            if tx.execute(sql, params![id])? == 1 {
                // The gateway that runs it learns of it.
                tx.announce(Signal::Jobs);
            }
            Ok(JobStatus::Running)
        }
        JobStatus::Succeeded | JobStatus::Failed | JobStatus::Cancelled | JobStatus::Unknown => {
            Err(JobRefusal::Finished.into())
        }
    }
}

fn audit(tx: &mut Tx<'_>, actor: Option<&Actor>, id: JobId, job: &NewJob) -> Result<()> {
    match actor {
        Some(_) => tx.audit(actor, Target { kind: "job", id: &id.to_string() }, &json!({"kind": job.kind()})),
        None => Ok(()),
    }
}

fn read(mut row: Row) -> Result<StoredJob> {
    Ok(StoredJob { row: read_row(&mut row)?, payload: row.next_text()?, result: row.next_optional_text()? })
}

/// Reads the columns [`ROW`].
pub(super) fn read_row(row: &mut Row) -> Result<JobRow> {
    Ok(JobRow {
        id: row.next_id()?,
        kind: row.next_text()?,
        user_id: row.next_optional_text()?,
        origin_id: row.next_optional_id()?,
        status: JobStatus::read(&row.next_text()?)?,
        priority: row.next_int()?,
        run_at_ms: row.next_int()?,
        timeout_s: row.next_optional_count()?,
        unique_key: row.next_optional_text()?,
        attempts: row.next_int()?,
        attempts_max: row.next_int()?,
        cancel_requested: row.next_truth()?,
        progress: row.next_int()?,
        message: row.next_optional_text()?,
        version: row.next_int()?,
        error: row.next_optional_text()?,
        created_at_ms: row.next_int()?,
        started_at_ms: row.next_optional_int()?,
        finished_at_ms: row.next_optional_int()?,
    })
}
