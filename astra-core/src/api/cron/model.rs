//! What the operations of the cron group share.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::ids::{JobId, ScheduleId, ScheduleRunId};
use crate::store::{StoredRun, StoredSchedule};
use crate::work::scheduler::{BuiltInStatus, ScheduleDefinition, Shift};

/// A slot that has no run so long after its time is late.
const LATE_MS: i64 = 2_000;

/// A schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    /// The schedule's id.
    #[schema(value_type = String, example = "sch_06a1b2c3d4e5q")]
    pub id: ScheduleId,
    /// How often it was changed, counted from 1.
    #[schema(minimum = 1, example = 2)]
    pub version: u32,
    /// What it does, and when.
    #[serde(flatten)]
    pub definition: ScheduleDefinition,
    /// Whose jobs they are: the user or service account that created the schedule, or that last changed its job.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub owner: String,
    /// The next slot; null if there is none: the schedule is paused, or over.
    #[schema(example = "2026-11-24T06:30:00.000Z")]
    pub next_slot_at: Option<String>,
    /// The last slot that has a run.
    #[schema(example = "2026-11-23T06:30:00.000Z")]
    pub last_slot_at: Option<String>,
    /// When it was created.
    #[schema(example = "2026-11-20T21:07:00.000Z")]
    pub created_at: String,
    /// When a caller last changed it.
    #[schema(example = "2026-11-20T21:09:30.000Z")]
    pub updated_at: String,
    /// The user or service account that created it.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub created_by: String,
}

/// A slot of a schedule, or a trigger, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleRun {
    /// The run's id.
    #[schema(value_type = String, example = "run_06a1b2c3d4e5q")]
    pub id: ScheduleRunId,
    /// The schedule.
    #[schema(value_type = String, example = "sch_06a1b2c3d4e5q")]
    pub schedule_id: ScheduleId,
    /// The slot, which no other run of the schedule has; null for a trigger.
    #[schema(example = "2026-11-23T06:30:00.000Z")]
    pub slot_at: Option<String>,
    /// What became of it.
    pub status: RunStatus,
    /// Why it is skipped.
    pub skip_reason: Option<SkipReason>,
    /// Its job.
    #[schema(value_type = Option<String>, example = "job_06a1b2c3d4e5q")]
    pub job_id: Option<JobId>,
    /// Slots before this one that were missed and have no run of their own. 1000 means 1000 or more.
    #[schema(minimum = 0, maximum = 1000, example = 0)]
    pub missed_count: u32,
    /// How long after the slot the run was decided on, in milliseconds.
    #[schema(minimum = 0, example = 12)]
    pub late_ms: i64,
    /// The user or service account that triggered it; null for a slot.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub triggered_by: Option<String>,
    /// When the run was decided on.
    #[schema(example = "2026-11-23T06:30:00.012Z")]
    pub created_at: String,
}

/// What became of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It waits until the job before it has ended.
    Waiting,
    /// Its job waits for its time or for a worker.
    Pending,
    /// Its job runs.
    Running,
    /// Its job is done.
    Succeeded,
    /// Its job has failed.
    Failed,
    /// Its job was cancelled.
    Cancelled,
    /// What its job has done cannot be known.
    Unknown,
    /// Its job has ended and is not kept any more.
    Ended,
    /// It has no job.
    Skipped,
}

/// Why a slot has no job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// It passed while no gateway ran, and `on_missed` is `skip`.
    Missed,
    /// The job before it had not ended, and `on_overlap` is `skip`.
    Overlap,
    /// The job before it had not ended, and 100 slots waited already.
    QueueFull,
    /// The gateway has no such type of job, or the type refuses the payload.
    InvalidJob,
    /// Another version of the gateway has written the schedule, and this one cannot read it.
    Unreadable,
    /// The schedule was deleted while the slot waited.
    Deleted,
}

/// A slot of an expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewSlot {
    /// When it is.
    #[schema(example = "2027-03-28T01:00:00.000Z")]
    pub at: String,
    /// The local time of the zone then, with its offset from UTC.
    #[schema(max_length = 40, example = "2027-03-28T03:00:00+02:00")]
    pub local: String,
    /// What daylight saving has to do with it.
    pub daylight_saving: DaylightSaving,
}

/// What a change of the clocks does to a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DaylightSaving {
    /// Nothing.
    Unaffected,
    /// The local time of the expression does not exist on this day: the slot is at the next minute that does.
    Moved,
    /// The local time comes twice on this day: this is the first time.
    FirstOfTwo,
    /// The local time comes twice on this day: this is the second time, of an expression of every hour.
    SecondOfTwo,
}

/// Schedules at a glance.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CronStatus {
    /// The gateway that enqueues the jobs of schedules; null for a moment after it has ended, until another one does.
    pub leader: Option<CronLeader>,
    /// The next slots of the workspace's schedules, in their order.
    #[schema(max_items = 50)]
    pub next: Vec<NextSlot>,
    /// How late the last slots were.
    pub lateness: Lateness,
    /// The gateway's own periodic work.
    #[schema(max_items = 100)]
    pub built_in: Vec<BuiltInSchedule>,
}

/// The gateway that enqueues the jobs of schedules.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CronLeader {
    /// The gateway's id, which it has until it ends.
    #[schema(example = "ins_06a1b2c3d4e5q")]
    pub instance_id: String,
    /// Whether it is the gateway that answers.
    #[schema(example = true)]
    pub is_self: bool,
    /// Since when it leads; null where it is the only one on its store.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub since: Option<String>,
    /// Until when it leads unless it says that it still does; null where it is the only one on its store.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub lease_until: Option<String>,
}

/// The next slot of a schedule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NextSlot {
    /// The schedule.
    #[schema(value_type = String, example = "sch_06a1b2c3d4e5q")]
    pub schedule_id: ScheduleId,
    /// What it is for.
    #[schema(max_length = 100, example = "Morning report")]
    pub name: String,
    /// The slot.
    #[schema(example = "2026-11-24T06:30:00.000Z")]
    pub slot_at: String,
    /// Whether it has come and has no run yet, for more than 2 seconds.
    #[schema(example = false)]
    pub is_late: bool,
}

/// How long after their times the runs of the last 100 slots of the workspace were decided on.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Lateness {
    /// How many slots these figures are of.
    #[schema(minimum = 0, maximum = 100, example = 100)]
    pub slot_count: u32,
    /// Of the last slot, in milliseconds.
    #[schema(minimum = 0, example = 8)]
    pub last_ms: Option<i64>,
    /// Of the one in the middle, in milliseconds.
    #[schema(minimum = 0, example = 6)]
    pub p50_ms: Option<i64>,
    /// Of the latest, in milliseconds.
    #[schema(minimum = 0, example = 31)]
    pub max_ms: Option<i64>,
}

/// A periodic work of the gateway, done by the leader alone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BuiltInSchedule {
    /// Its name in `cron.built_in` of the configuration.
    #[schema(max_length = 64, example = "token_cleanup")]
    pub name: String,
    /// What it does.
    #[schema(max_length = 256, example = "Removes sign-ins and refresh tokens that are over.")]
    pub description: String,
    /// When it is done: `every` so often, or a cron expression.
    #[schema(max_length = 120, example = "every 10m")]
    pub schedule: String,
    /// Whether the configuration pauses it.
    #[schema(example = false)]
    pub is_paused: bool,
    /// When it is done next.
    #[schema(example = "2026-11-23T21:17:00.000Z")]
    pub next_at: Option<String>,
    /// When the gateway that answers has last done it; null where another one leads.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub last_at: Option<String>,
    /// How long that took, in milliseconds.
    #[schema(minimum = 0, example = 3)]
    pub last_ms: Option<u64>,
    /// Whether it failed then; the log says why.
    #[schema(example = false)]
    pub has_failed: bool,
    /// How often the gateway that answers has done it.
    #[schema(minimum = 0, example = 12)]
    pub run_count: u64,
}

/// The schedule of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SchedulePath {
    /// The schedule's id.
    #[param(value_type = String, example = "sch_06a1b2c3d4e5q")]
    pub schedule_id: ScheduleId,
}

impl Schedule {
    /// The schedule of a stored row.
    ///
    /// # Errors
    /// If another version of the gateway wrote what this one cannot read.
    pub fn read(stored: StoredSchedule) -> Result<Self> {
        Ok(Self {
            definition: serde_json::from_str(&stored.definition).map_err(Error::internal)?,
            id: stored.id,
            version: stored.version,
            owner: stored.owner,
            next_slot_at: stored.next_at_ms.map(rfc3339),
            last_slot_at: stored.last_slot_ms.map(rfc3339),
            created_at: rfc3339(stored.created_at_ms),
            updated_at: rfc3339(stored.updated_at_ms),
            created_by: stored.created_by,
        })
    }
}

impl From<StoredRun> for ScheduleRun {
    fn from(stored: StoredRun) -> Self {
        let named = |name: &str| serde_json::from_value(name.into()).unwrap_or(RunStatus::Unknown);
        let status = match (stored.state.as_str(), stored.job_status.as_deref()) {
            ("waiting", _) => RunStatus::Waiting,
            ("enqueued", Some(status)) => named(status),
            ("enqueued", None) => RunStatus::Ended,
            _ => RunStatus::Skipped,
        };
        Self {
            id: stored.id,
            schedule_id: stored.schedule_id,
            slot_at: stored.slot_ms.map(rfc3339),
            status,
            skip_reason: stored.reason.and_then(|reason| serde_json::from_value(reason.into()).ok()),
            job_id: stored.job_id,
            missed_count: stored.missed,
            late_ms: stored.late_ms,
            triggered_by: stored.triggered_by,
            created_at: rfc3339(stored.created_at_ms),
        }
    }
}

impl From<Shift> for DaylightSaving {
    fn from(shift: Shift) -> Self {
        match shift {
            Shift::None => Self::Unaffected,
            Shift::Moved => Self::Moved,
            Shift::First => Self::FirstOfTwo,
            Shift::Second => Self::SecondOfTwo,
        }
    }
}

impl NextSlot {
    /// The next slot of a stored schedule, if it has one.
    #[must_use]
    pub fn of(stored: &StoredSchedule, now_ms: i64) -> Option<Self> {
        let at_ms = stored.next_at_ms?;
        let definition = serde_json::from_str::<ScheduleDefinition>(&stored.definition);
        let name = definition.map(|definition| definition.name).unwrap_or_default();
        Some(Self { schedule_id: stored.id, name, slot_at: rfc3339(at_ms), is_late: now_ms - at_ms > LATE_MS })
    }
}

impl Lateness {
    /// Of the runs that were so late, in milliseconds, newest first.
    #[must_use]
    pub fn of(late_ms: &[i64]) -> Self {
        let mut sorted = late_ms.to_vec();
        sorted.sort_unstable();
        Self {
            slot_count: u32::try_from(sorted.len()).unwrap_or(u32::MAX),
            last_ms: late_ms.first().copied(),
            p50_ms: sorted.get(sorted.len() / 2).copied(),
            max_ms: sorted.last().copied(),
        }
    }
}

impl From<BuiltInStatus> for BuiltInSchedule {
    fn from(status: BuiltInStatus) -> Self {
        Self {
            name: status.name.to_owned(),
            description: status.description.to_owned(),
            schedule: status.schedule,
            is_paused: status.is_paused,
            next_at: status.next_at_ms.map(rfc3339),
            last_at: status.last_at_ms.map(rfc3339),
            last_ms: status.last_ms,
            has_failed: status.last_error.is_some(),
            run_count: status.rounds,
        }
    }
}
