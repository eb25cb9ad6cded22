//! What became of the slots of schedules: a row for each, unique by schedule and slot, written with its job and with the
//! schedule's next slot in one transaction; and a row for each trigger.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actor::Target;
use super::db::{Db, SWEEP_ROWS};
use super::error::{Error, Refusal, Result};
use super::events::ScheduleFiredData;
use super::idempotency::OnceKey;
use super::new_job::NewJob;
use super::page::{Cursor, Page, PageRequest};
use super::pending_event::Cause;
use super::rows::Rows;
use super::schedules::{self, StoredSchedule};
use super::subjects;
use super::tx::Tx;
use super::value::Row;
use super::waiting_runs::WaitingRun;
use crate::clock::rfc3339;
use crate::ids::{EventId, JobId, ScheduleId, ScheduleRunId};
use crate::params;

/// The most slots of a schedule that wait for the job before them.
const WAITING_MAX: i64 = 100;

/// A slot of a schedule, or a trigger, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRun {
    /// `run_...`
    pub id: ScheduleRunId,
    /// The schedule.
    pub schedule_id: ScheduleId,
    /// The slot, in milliseconds since the epoch; `None` for a trigger.
    pub slot_ms: Option<i64>,
    /// `enqueued`, `waiting` or `skipped`.
    pub state: String,
    /// Why it is skipped.
    pub reason: Option<String>,
    /// Who triggered it.
    pub triggered_by: Option<String>,
    /// Its job.
    pub job_id: Option<JobId>,
    /// How far the job is; `None` without a job, or when it is not kept any more.
    pub job_status: Option<String>,
    /// How many slots before it were missed and have no row.
    pub missed: u32,
    /// How long after the slot the row was written, in milliseconds.
    pub late_ms: i64,
    /// When, in milliseconds since the epoch.
    pub created_at_ms: i64,
}

/// What may happen when the job before has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// Nothing runs.
    Skip,
    /// The job is enqueued when the one before has ended.
    Queue,
    /// Both run.
    Allow,
}

/// What is to become of the slots of a schedule that have come.
#[derive(Debug, Clone)]
pub struct Firing {
    /// The schedule, as it was when this was thought of.
    pub schedule: StoredSchedule,
    /// The slots, in their order.
    pub slots: Vec<FiredSlot>,
    /// Whether jobs overlap.
    pub overlap: Overlap,
    /// The first slot after them.
    pub next_at_ms: Option<i64>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// A slot that has come.
#[derive(Debug, Clone)]
pub struct FiredSlot {
    /// The key of its row.
    pub id: ScheduleRunId,
    /// When it was, in milliseconds since the epoch.
    pub slot_ms: i64,
    /// How many slots before it were missed and have no row.
    pub missed: u32,
    /// The job, or why there is none.
    pub job: std::result::Result<(JobId, NewJob), &'static str>,
}

/// A run that a caller asks for.
#[derive(Debug, Clone)]
pub struct Trigger {
    /// The schedule, as it was when its job was made.
    pub schedule: StoredSchedule,
    /// The key of the row.
    pub id: ScheduleRunId,
    /// The job.
    pub job_id: JobId,
    /// The job.
    pub job: NewJob,
    /// Whether jobs overlap.
    pub overlap: Overlap,
    /// Who asks for it.
    pub subject: String,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

const COLUMNS: &str =
    "r.id, r.schedule_id, r.slot_ms, r.state, r.reason, r.triggered_by, r.job_id, j.status, r.missed, r.late_ms,
    r.created_at_ms FROM schedule_runs r LEFT JOIN jobs j ON j.id = r.job_id AND j.workspace_id = r.workspace_id";

/// The runs of the schedules of a workspace.
#[derive(Clone, Copy)]
pub struct ScheduleRuns<'a>(pub(super) &'a Rows);

impl ScheduleRuns<'_> {
    /// The runs of a schedule, newest first.
    pub async fn page(self, schedule_id: ScheduleId, request: PageRequest) -> Result<Page<StoredRun>> {
        let rows = self.0;
        rows.list(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS} WHERE r.workspace_id = $1 AND r.schedule_id = $2 AND r.id < $3 ORDER BY r.id DESC LIMIT $4"
            );
            let after = request.after.as_ref().map_or(i64::MAX, |cursor| cursor.at);
            let place = |run: &StoredRun| Cursor { at: run.id.key(), id: String::new() };
            tx.page(&sql, params![schedule_id, after, request.fetch()], &request, read, place)
        })
        .await
    }

    /// How late the last slots were, of all schedules of the workspace, newest first: at most `count`, in milliseconds.
    pub async fn lateness(self, count: u32) -> Result<Vec<i64>> {
        let rows = self.0;
        rows.list(move |tx| {
            let sql = "SELECT late_ms FROM schedule_runs WHERE workspace_id = $1 AND slot_ms IS NOT NULL
                ORDER BY id DESC LIMIT $2";
            tx.query(sql, params![count])?.into_iter().map(|mut row| row.next_int()).collect()
        })
        .await
    }

    /// Writes down what becomes of slots that have come, with their jobs and the schedule's next slot. Answers how many rows
    /// there are now that were not there before: 0 if another gateway was faster, or the schedule has changed.
    pub async fn fire(self, firing: Firing) -> Result<u32> {
        self.0.write_locking(move |tx| fire(tx, &firing)).await
    }

    /// Enqueues a schedule's job now; `None` if the schedule is not there.
    ///
    /// # Errors
    /// [`Refusal::Stale`] if the schedule is another than when its job was made; [`Refusal::ScheduleBusy`] if the job before has
    /// not ended and may not be overlapped; [`Refusal::KeyReused`].
    pub async fn trigger(self, trigger: Trigger, once: Option<OnceKey>) -> Result<Option<StoredRun>> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.lock_found_once(once, trigger.now_ms, move |tx| {
            let Some(present) = schedules::lock(tx, trigger.schedule.id)? else { return Ok(None) };
            if present.version != trigger.schedule.version {
                return Err(Error::Refused(Refusal::Stale));
            }
            let state = match overlap(tx, &present, trigger.overlap)? {
                Ok(()) => "enqueued",
                Err("waiting") => "waiting",
                Err(_) => return Err(Error::Refused(Refusal::ScheduleBusy)),
            };
            let run = NewRun {
                id: trigger.id,
                slot_ms: None,
                state,
                reason: None,
                triggered_by: Some(&trigger.subject),
                missed: 0,
                now_ms: trigger.now_ms,
            };
            insert(tx, present.id, &run)?;
            if state == "enqueued" {
                let run = Enqueuing { id: trigger.id, slot_ms: None, now_ms: trigger.now_ms };
                enqueue(tx, &present, run, (trigger.job_id, &trigger.job))?;
            }
            let target = trigger.schedule.id.to_string();
            let changes = json!({"run_id": trigger.id, "state": state});
            tx.audit(actor.as_deref(), Target { kind: "schedule", id: &target }, &changes)?;
            tx.announce(super::Signal::Schedules);
            find(tx, trigger.id)
        })
        .await
    }

    /// Enqueues the job of a run that waits, unless the job before has not ended after all; whether it is enqueued now.
    pub async fn release(
        self,
        waiting: WaitingRun,
        job: std::result::Result<(JobId, NewJob), &'static str>,
        now_ms: i64,
    ) -> Result<bool> {
        let release = move |tx: &mut Tx<'_>| {
            let Some(schedule) = schedules::lock(tx, waiting.schedule_id)? else { return Ok(false) };
            let sql = "SELECT id, slot_ms FROM schedule_runs
                WHERE workspace_id = $1 AND schedule_id = $2 AND state = 'waiting' ORDER BY id LIMIT 1";
            let Some(mut first) = tx.first(sql, params![schedule.id])? else { return Ok(false) };
            let (id, slot_ms) = (first.next_id()?, first.next_optional_int()?);
            if id != waiting.id || is_unfinished(tx, schedule.last_job_id)? {
                return Ok(false);
            }
            match &job {
                Ok((job_id, job)) => enqueue(tx, &schedule, Enqueuing { id, slot_ms, now_ms }, (*job_id, job))?,
                Err(reason) => {
                    let sql =
                        "UPDATE schedule_runs SET state = 'skipped', reason = $3 WHERE workspace_id = $1 AND id = $2";
                    tx.execute(sql, params![waiting.id, *reason])?;
                }
            }
            Ok(true)
        };
        self.0.write_locking(release).await
    }
}

impl Db {
    /// Removes runs of all workspaces from before `before_ms`, but for those that wait, at most [`SWEEP_ROWS`] of them; answers
    /// how many.
    pub async fn delete_old_runs(&self, before_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            let sql = "DELETE FROM schedule_runs WHERE id IN (SELECT id FROM schedule_runs
                WHERE created_at_ms < $1 AND state <> 'waiting' ORDER BY created_at_ms LIMIT $2)";
            tx.execute(sql, params![before_ms, SWEEP_ROWS])
        })
        .await
    }
}

/// A row that is to be written.
struct NewRun<'a> {
    id: ScheduleRunId,
    slot_ms: Option<i64>,
    state: &'a str,
    reason: Option<&'a str>,
    triggered_by: Option<&'a str>,
    missed: u32,
    now_ms: i64,
}

fn fire(tx: &mut Tx<'_>, firing: &Firing) -> Result<u32> {
    let Firing { schedule, now_ms, .. } = firing;
    let Some(present) = schedules::lock(tx, schedule.id)? else { return Ok(0) };
    if (present.version, present.next_at_ms) != (schedule.version, schedule.next_at_ms) {
        return Ok(0);
    }
    let last_slot_ms = firing.slots.last().map(|slot| slot.slot_ms).or(present.last_slot_ms);
    let sql = "UPDATE schedules SET next_at_ms = $3, last_slot_ms = $4 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![schedule.id, firing.next_at_ms, last_slot_ms])?;
    let (mut present, mut written) = (present, 0);
    for slot in &firing.slots {
        let fate = match &slot.job {
            Ok(_) => overlap(tx, &present, firing.overlap)?,
            Err(reason) => Err(*reason),
        };
        let (state, reason) = match fate {
            Ok(()) => ("enqueued", None),
            Err("waiting") => ("waiting", None),
            Err(reason) => ("skipped", Some(reason)),
        };
        let (id, slot_ms, missed) = (slot.id, Some(slot.slot_ms), slot.missed);
        let run = NewRun { id, slot_ms, state, reason, triggered_by: None, missed, now_ms: *now_ms };
        if !insert(tx, schedule.id, &run)? {
            continue;
        }
        written += 1;
        if let (Ok((job_id, job)), "enqueued") = (&slot.job, state) {
            enqueue(tx, &present, Enqueuing { id, slot_ms, now_ms: *now_ms }, (*job_id, job))?;
            present.last_job_id = Some(*job_id);
        }
    }
    Ok(written)
}

/// Whether a job may be enqueued now; else `waiting`, or why not.
fn overlap(
    tx: &mut Tx<'_>,
    schedule: &StoredSchedule,
    overlap: Overlap,
) -> Result<std::result::Result<(), &'static str>> {
    if overlap == Overlap::Allow {
        return Ok(Ok(()));
    }
    let sql = "SELECT COUNT(*) FROM schedule_runs WHERE workspace_id = $1 AND schedule_id = $2 AND state = 'waiting'";
    let waiting = tx.one(sql, params![schedule.id])?.next_int()?;
    if waiting == 0 && !is_unfinished(tx, schedule.last_job_id)? {
        return Ok(Ok(()));
    }
    Ok(Err(match overlap {
        Overlap::Queue if waiting < WAITING_MAX => "waiting",
        Overlap::Queue => "queue_full",
        Overlap::Skip | Overlap::Allow => "overlap",
    }))
}

/// Whether the job is kept and has not ended.
fn is_unfinished(tx: &mut Tx<'_>, job: Option<JobId>) -> Result<bool> {
    let Some(job) = job else { return Ok(false) };
    let sql = "SELECT id FROM jobs WHERE workspace_id = $1 AND id = $2 AND finished_at_ms IS NULL";
    Ok(tx.first(sql, params![job])?.is_some())
}

/// Writes a row; false if the slot has one already.
fn insert(tx: &mut Tx<'_>, schedule_id: ScheduleId, run: &NewRun<'_>) -> Result<bool> {
    let sql = "INSERT INTO schedule_runs (workspace_id, id, schedule_id, slot_ms, state, reason, triggered_by, missed, late_ms,
            created_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (workspace_id, schedule_id, slot_ms) WHERE slot_ms IS NOT NULL DO NOTHING";
    let late_ms = run.slot_ms.map_or(0, |slot_ms| (run.now_ms - slot_ms).max(0));
    let NewRun { id, slot_ms, state, reason, triggered_by, missed, now_ms } = *run;
    let params = params![id, schedule_id, slot_ms, state, reason, triggered_by, missed, late_ms, now_ms];
    Ok(tx.execute(sql, params)? == 1)
}

/// A run whose job is to be enqueued.
#[derive(Clone, Copy)]
struct Enqueuing {
    id: ScheduleRunId,
    slot_ms: Option<i64>,
    now_ms: i64,
}

/// Enqueues the job of a run, and writes that down in the row, in the schedule and in the log of events.
fn enqueue(tx: &mut Tx<'_>, schedule: &StoredSchedule, run: Enqueuing, (id, job): (JobId, &NewJob)) -> Result<()> {
    let job_id = tx.enqueue(id, job, run.now_ms)?.id();
    let sql = "UPDATE schedule_runs SET state = 'enqueued', job_id = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![run.id, job_id])?;
    let sql = "UPDATE schedules SET last_job_id = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![schedule.id, job_id])?;
    // A run is enqueued once: its key is that of the event too.
    let (key, owner) = (run.id.key(), subjects::ensure(tx, &schedule.owner, run.id.key())?);
    let cause = Cause { id: EventId::from_key(key), at_ms: run.now_ms, subject: None, owner: Some(owner) };
    let data = ScheduleFiredData {
        schedule_id: schedule.id.to_string(),
        run_id: run.id.to_string(),
        job_id: Some(job_id.to_string()),
        slot_at: rfc3339(run.slot_ms.unwrap_or(run.now_ms)),
    };
    tx.emit(cause, &data)
}

fn find(tx: &mut Tx<'_>, id: ScheduleRunId) -> Result<Option<StoredRun>> {
    let sql = format!("SELECT {COLUMNS} WHERE r.workspace_id = $1 AND r.id = $2");
    tx.first(&sql, params![id])?.map(read).transpose()
}

fn read(mut row: Row) -> Result<StoredRun> {
    Ok(StoredRun {
        id: row.next_id()?,
        schedule_id: row.next_id()?,
        slot_ms: row.next_optional_int()?,
        state: row.next_text()?,
        reason: row.next_optional_text()?,
        triggered_by: row.next_optional_text()?,
        job_id: row.next_optional_id()?,
        job_status: row.next_optional_text()?,
        missed: row.next_count()?,
        late_ms: row.next_int()?,
        created_at_ms: row.next_int()?,
    })
}
