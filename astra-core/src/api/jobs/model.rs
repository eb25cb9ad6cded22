//! What the operations of the jobs group share.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::clock::rfc3339;
use crate::engine::jobs;
use crate::error::Code;
use crate::http::AnyJson;
use crate::http::turn::TurnError;
use crate::ids::{JobId, SessionId, TurnId};
use crate::store::{self, JobRow, StoredJob, StoredJobLine};

/// A job, with what it is about and what it came to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// What lists show of it.
    #[serde(flatten)]
    pub summary: JobSummary,
    /// What it is about, as its type wants it.
    pub payload: AnyJson,
    /// What it came to, as its type gives it; null unless it has succeeded.
    pub result: AnyJson,
}

/// A job as lists show it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JobSummary {
    /// The job's id.
    #[schema(value_type = String, example = "job_06a1b2c3d4e5q")]
    pub id: JobId,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(max_length = 64, example = "agent_run")]
    pub kind: String,
    /// How far it is.
    pub status: JobStatus,
    /// The user or service account that it belongs to; null for what the gateway does by itself.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub user_id: Option<String>,
    /// The job that it does again; null if it does none again.
    #[schema(value_type = Option<String>, example = "job_06a1b2c3d4e5p")]
    pub origin_id: Option<JobId>,
    /// 0 to 9: among the jobs of the workspace that wait for a worker, higher ones come first.
    #[schema(minimum = 0, maximum = 9, example = 5)]
    pub priority: i64,
    /// How much of it is done, in per cent, as its worker says.
    #[schema(minimum = 0, maximum = 100, example = 40)]
    pub progress: i64,
    /// What its worker says of its progress.
    #[schema(max_length = 1024, example = "40 of 100 questions")]
    pub message: Option<String>,
    /// How often it was begun.
    #[schema(minimum = 0, example = 1)]
    pub attempts: i64,
    /// How often it is tried again after a failure.
    #[schema(minimum = 0, example = 3)]
    pub max_retries: i64,
    /// How long an attempt may take, in seconds; null for as long as its type says.
    #[schema(minimum = 1, example = 300)]
    pub timeout_s: Option<u32>,
    /// The key that no other unfinished job of its type has in the workspace.
    #[schema(max_length = 255, example = "nightly-report")]
    pub dedupe_key: Option<String>,
    /// Whether it is asked to stop.
    #[schema(example = false)]
    pub cancel_requested: bool,
    /// Why its last attempt failed; null if none did.
    #[schema(max_length = 65_536, example = "The provider did not answer in time.")]
    pub error: Option<String>,
    /// When it is to run, or to run again. A job that waits for a worker may be past it.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub run_at: String,
    /// When it was enqueued.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// When it was first begun.
    #[schema(example = "2026-11-23T21:07:00.012Z")]
    pub started_at: Option<String>,
    /// When it ended; null while it has not.
    #[schema(example = "2026-11-23T21:07:02.345Z")]
    pub finished_at: Option<String>,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    /// It cannot be known whether its work was done: it was broken off within a step that must not run twice. It is not
    /// tried again by itself.
    Unknown,
}

/// How many jobs there are of a status.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JobCount {
    /// The status.
    pub status: JobStatus,
    /// How many jobs have it; 10,000 for more.
    #[schema(minimum = 0, maximum = 10_000, example = 12)]
    pub count: i64,
    /// Whether there are not more.
    #[schema(example = true)]
    pub is_exact: bool,
}

/// An event of a job. Clients must ignore types that they do not know.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum JobEvent {
    /// The job has changed: it was begun, has come further, waits for another attempt, or is asked to stop.
    Progress(JobChanged),
    /// The job has ended. This is the last event.
    Done(JobDone),
}

/// The state of a job that has not ended.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JobChanged {
    /// The job's version, which grows with each change: the event's `id`.
    #[schema(minimum = 1, example = 3)]
    pub seq: i64,
    /// The job.
    pub job: JobSummary,
}

/// A job that has ended.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JobDone {
    /// The job's version, which grows with each change: the event's `id`.
    #[schema(minimum = 1, example = 5)]
    pub seq: i64,
    /// The job, with its result.
    pub job: Job,
}

impl JobEvent {
    /// The present state of a job as an event.
    #[must_use]
    pub fn of(job: StoredJob) -> Self {
        let seq = job.version;
        if job.status.is_final() {
            Self::Done(JobDone { seq, job: job.into() })
        } else {
            Self::Progress(JobChanged { seq, job: job.row.into() })
        }
    }

    /// Its number.
    #[must_use]
    pub const fn seq(&self) -> i64 {
        match self {
            Self::Progress(JobChanged { seq, .. }) | Self::Done(JobDone { seq, .. }) => *seq,
        }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Progress(_) => "progress",
            Self::Done(_) => "done",
        }
    }
}

impl From<StoredJob> for Job {
    fn from(job: StoredJob) -> Self {
        let json = |text: &str| AnyJson(serde_json::from_str(text).unwrap_or(Value::Null));
        Self {
            payload: json(&job.payload),
            result: job.result.as_deref().map_or(AnyJson(Value::Null), json),
            summary: job.row.into(),
        }
    }
}

impl From<JobRow> for JobSummary {
    fn from(job: JobRow) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            status: job.status.into(),
            user_id: job.user_id,
            origin_id: job.origin_id,
            priority: job.priority,
            progress: job.progress,
            message: job.message,
            attempts: job.attempts,
            max_retries: job.attempts_max - 1,
            timeout_s: job.timeout_s,
            dedupe_key: job.unique_key,
            cancel_requested: job.cancel_requested,
            error: job.error,
            run_at: rfc3339(job.run_at_ms),
            created_at: rfc3339(job.created_at_ms),
            started_at: job.started_at_ms.map(rfc3339),
            finished_at: job.finished_at_ms.map(rfc3339),
        }
    }
}

impl From<store::JobStatus> for JobStatus {
    fn from(status: store::JobStatus) -> Self {
        match status {
            store::JobStatus::Pending => Self::Pending,
            store::JobStatus::Running => Self::Running,
            store::JobStatus::Succeeded => Self::Succeeded,
            store::JobStatus::Failed => Self::Failed,
            store::JobStatus::Cancelled => Self::Cancelled,
            store::JobStatus::Unknown => Self::Unknown,
        }
    }
}

impl From<JobStatus> for store::JobStatus {
    fn from(status: JobStatus) -> Self {
        match status {
            JobStatus::Pending => Self::Pending,
            JobStatus::Running => Self::Running,
            JobStatus::Succeeded => Self::Succeeded,
            JobStatus::Failed => Self::Failed,
            JobStatus::Cancelled => Self::Cancelled,
            JobStatus::Unknown => Self::Unknown,
        }
    }
}

impl From<store::JobCount> for JobCount {
    fn from(count: store::JobCount) -> Self {
        Self { status: count.status.into(), count: count.count, is_exact: count.is_exact }
    }
}

/// What became of a question of a job.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JobAnswer {
    /// The place of the question in the job, from 0.
    #[schema(minimum = 0, maximum = 9_999, example = 0)]
    pub number: u32,
    /// The question's own id, if it has one.
    #[schema(max_length = 64, example = "row-2")]
    pub id: Option<String>,
    /// How far it is.
    pub status: JobAnswerStatus,
    /// The turn that answers it; null if it was refused.
    #[schema(value_type = Option<String>, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: Option<TurnId>,
    /// The session of the turn; null while it runs, and if the question was refused.
    #[schema(value_type = Option<String>, example = "ses_06a1b2c3d4e5q")]
    pub session_id: Option<SessionId>,
    /// The answer, or the first 64 KiB of it; null if there is none.
    #[schema(max_length = 65_536, example = "The capital of France is Paris.")]
    pub answer: Option<String>,
    /// Whether the answer is longer: `chat.get_turn` has all of it.
    #[schema(example = false)]
    pub is_answer_cut: bool,
    /// Why it was not answered; null if it was, or is not yet.
    pub error: Option<TurnError>,
}

/// How far a question of a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobAnswerStatus {
    /// Its turn runs or waits, or has ended without its being recorded.
    Running,
    /// It was answered.
    Answered,
    /// It was refused, or its turn did not complete.
    Failed,
}

impl From<store::JobTurn> for JobAnswer {
    fn from(turn: store::JobTurn) -> Self {
        let kept: Option<jobs::JobAnswer> = turn.result.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let status = match &kept {
            None => JobAnswerStatus::Running,
            Some(kept) if kept.error.is_none() => JobAnswerStatus::Answered,
            Some(_) => JobAnswerStatus::Failed,
        };
        let kept = kept.unwrap_or_default();
        let error = kept.error.map(|error| TurnError { code: Code::named(&error.code), message: error.message });
        Self {
            number: turn.number,
            id: kept.id,
            status,
            turn_id: turn.turn_id,
            session_id: kept.session_id,
            answer: kept.answer,
            is_answer_cut: kept.is_answer_cut,
            error,
        }
    }
}

/// A line of a job's log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JobLogLine {
    /// Its place in the log, from 1.
    #[schema(minimum = 1, maximum = 1_000, example = 1)]
    pub number: u32,
    /// When it was said.
    #[schema(example = "2026-11-23T21:07:01.234Z")]
    pub at: String,
    /// In which attempt it was said.
    #[schema(minimum = 1, example = 1)]
    pub attempt: i64,
    /// What the job said, or why the attempt failed, or the first 512 bytes of it.
    #[schema(max_length = 512, example = "40 of 100 questions")]
    pub message: String,
}

impl From<StoredJobLine> for JobLogLine {
    fn from(StoredJobLine { number, line }: StoredJobLine) -> Self {
        Self { number, at: rfc3339(line.at_ms), attempt: line.attempt, message: line.message }
    }
}
