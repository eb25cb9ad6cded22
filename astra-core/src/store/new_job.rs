//! A job that is to be kept, and how it is: in the transaction of its cause.

use super::error::{Error, JobRefusal, Result};
use super::signals::Signal;
use super::subjects;
use super::tx::Tx;
use crate::ids::JobId;
use crate::params;

/// Largest payload of a job, and largest result of a job or of one of its steps, in bytes.
pub const JOB_BYTES_MAX: usize = 1 << 20;
/// Longest unique key, in bytes.
const UNIQUE_KEY_BYTES_MAX: usize = 255;
/// The priority of a job that has none of its own, of 0 to 9.
const PRIORITY: u8 = 5;
const PRIORITY_HIGHEST: u8 = 9;

/// A job that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    kind: String,
    payload: String,
    is_public: bool,
    subject: Option<(String, i64)>,
    origin: Option<JobId>,
    priority: u8,
    run_at_ms: Option<i64>,
    timeout_s: Option<u32>,
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

impl NewJob {
    /// A job of the kind `kind` about `payload`, which is JSON, that may be begun `attempts_max` times.
    #[must_use]
    pub fn new(kind: &str, payload: String, attempts_max: u32) -> Self {
        Self {
            kind: kind.to_owned(),
            payload,
            is_public: false,
            subject: None,
            origin: None,
            priority: PRIORITY,
            run_at_ms: None,
            timeout_s: None,
            unique_key: None,
            attempts_max: attempts_max.max(1),
        }
    }

    /// The name of its kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The same job, which those see whom it belongs to, and admins.
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.is_public = true;
        self
    }

    /// The same job, which belongs to the user or service account `id`; `number` is its number in the store should it have none
    /// yet: a new key.
    #[must_use]
    pub fn subject(mut self, id: impl Into<String>, number: i64) -> Self {
        self.subject = Some((id.into(), number));
        self
    }

    /// The same job, which does again what the job `origin` did.
    #[must_use]
    pub const fn origin(mut self, origin: JobId) -> Self {
        self.origin = Some(origin);
        self
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

    /// The same job, of which an attempt may take so many seconds.
    #[must_use]
    pub fn timeout_s(mut self, timeout_s: u32) -> Self {
        self.timeout_s = Some(timeout_s.max(1));
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
        let subject = job.subject.as_ref().map(|(subject, number)| subjects::ensure(self, subject, *number));
        let sql = "INSERT INTO jobs (workspace_id, id, kind, is_public, subject, origin_id, status, is_due, priority, run_at_ms,
                timeout_s, payload, unique_key, attempts, attempts_max, epoch, lease_until_ms, cancel_requested, progress,
                version, created_at_ms)
            VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9, $10, $11, $12, 0, $13, 0, 0, 0, 0, 1, $14)
            ON CONFLICT (workspace_id, kind, unique_key) WHERE unique_key IS NOT NULL AND finished_at_ms IS NULL DO NOTHING";
        let params = params![
            id,
            &job.kind,
            job.is_public,
            subject.transpose()?,
            job.origin,
            job.run_at_ms.is_none_or(|at_ms| at_ms <= now_ms),
            u32::from(job.priority),
            job.run_at_ms.unwrap_or(now_ms),
            job.timeout_s,
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
        Ok(Enqueued::Known(known.next_id()?))
    }
}
