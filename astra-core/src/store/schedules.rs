//! Schedules of a workspace: what each does, and the first slot of it that has no run yet.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::actor::Target;
use super::db::Db;
use super::error::{Error, Refusal, Result};
use super::idempotency::OnceKey;
use super::page::{Cursor, Page, PageRequest};
use super::precondition::{Precondition, Revision};
use super::rows::Rows;
use super::signals::Signal;
use super::tx::Tx;
use super::value::Row;
use super::workspace::WorkspaceId;
use crate::ids::{JobId, ScheduleId};
use crate::params;

/// The most schedules of a workspace.
const SCHEDULES_MAX: i64 = 1_000;

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSchedule {
    /// `sch_...`
    pub id: ScheduleId,
    /// 1, 2, 3, ...: grows with each change that a caller makes.
    pub version: u32,
    /// What it does and when, as JSON.
    pub definition: String,
    /// Whose jobs they are: `usr_...` or `svc_...`.
    pub owner: String,
    /// The first slot that has no run yet, in milliseconds since the epoch; `None` if there is none.
    pub next_at_ms: Option<i64>,
    /// The last slot that has a run.
    pub last_slot_ms: Option<i64>,
    /// The last job.
    pub last_job_id: Option<JobId>,
    /// When it was made, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// When a caller last changed it.
    pub updated_at_ms: i64,
    /// Who made it.
    pub created_by: String,
}

/// What a schedule shall do from now on.
#[derive(Debug, Clone)]
pub struct ScheduleChange {
    /// The schedule; new, or as its caller has seen it.
    pub id: ScheduleId,
    /// What it does and when, as JSON.
    pub definition: String,
    /// Whose jobs they are.
    pub owner: String,
    /// The first slot that has no run yet.
    pub next_at_ms: Option<i64>,
    /// The last slot that had a run when the change was thought of: if there is a later one by now, the change is stale.
    pub seen_slot_ms: Option<i64>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// A schedule that is due, of any workspace.
#[derive(Debug, Clone)]
pub struct DueSchedule {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The schedule.
    pub schedule: StoredSchedule,
}

impl StoredSchedule {
    /// The state that an `If-Match` names.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        Revision { version: self.version, updated_at_ms: self.updated_at_ms }
    }
}

const COLUMNS: &str =
    "s.id, s.version, s.definition, s.owner, s.next_at_ms, s.last_slot_ms, s.last_job_id, s.created_at_ms,
    s.updated_at_ms, s.created_by";

/// The schedules of a workspace.
#[derive(Clone, Copy)]
pub struct Schedules<'a>(pub(super) &'a Rows);

impl Schedules<'_> {
    /// The schedules, newest first.
    pub async fn page(self, request: PageRequest) -> Result<Page<StoredSchedule>> {
        let rows = self.0;
        rows.list(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS} FROM schedules s WHERE s.workspace_id = $1 AND s.id < $2 ORDER BY s.id DESC LIMIT $3"
            );
            let after = request.after.as_ref().map_or(i64::MAX, |cursor| cursor.at);
            let place = |schedule: &StoredSchedule| Cursor { at: schedule.id.key(), id: String::new() };
            tx.page(&sql, params![after, request.fetch()], &request, |mut row| read(&mut row), place)
        })
        .await
    }

    /// A schedule.
    pub async fn find(self, id: ScheduleId) -> Result<Option<StoredSchedule>> {
        self.0.read(move |tx| find(tx, id)).await
    }

    /// Those that are due next, at most `count`: in the order of their slots.
    pub async fn next(self, count: u32) -> Result<Vec<StoredSchedule>> {
        let rows = self.0;
        rows.list(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS} FROM schedules s WHERE s.workspace_id = $1 AND s.next_at_ms IS NOT NULL
                ORDER BY s.next_at_ms, s.id LIMIT $2"
            );
            tx.query(&sql, params![count])?.iter_mut().map(read).collect()
        })
        .await
    }

    /// Keeps a schedule.
    ///
    /// # Errors
    /// [`Refusal::TooManySchedules`]; [`Refusal::KeyReused`].
    pub async fn create(self, new: ScheduleChange, author: &str, once: Option<OnceKey>) -> Result<StoredSchedule> {
        let (rows, actor, author) = (self.0, self.0.actor(), author.to_owned());
        rows.write_once(once, new.now_ms, move |tx| {
            let count = "SELECT COUNT(*) FROM schedules WHERE workspace_id = $1";
            if tx.one(count, params![])?.next_int()? >= SCHEDULES_MAX {
                return Err(Error::Refused(Refusal::TooManySchedules));
            }
            let sql = "INSERT INTO schedules (workspace_id, id, version, definition, owner, next_at_ms, created_at_ms,
                    updated_at_ms, created_by) VALUES ($1, $2, 1, $3, $4, $5, $6, $6, $7)";
            let params = params![new.id, &new.definition, &new.owner, new.next_at_ms, new.now_ms, &author];
            tx.execute(sql, params)?;
            let (id, texts) = (new.id.to_string(), [None, Some(new.definition.as_str())]);
            tx.audit_change_of_texts(actor.as_deref(), target(&id), &json!({"version": 1}), texts)?;
            tx.announce(Signal::Schedules);
            find(tx, new.id)?.ok_or_else(|| Error::broken("a schedule was lost while it was made"))
        })
        .await
    }

    /// Changes a schedule; `None` if it is not there.
    ///
    /// # Errors
    /// [`Refusal::Stale`] if `precondition` does not hold, or a slot has got its run since the change was thought of.
    pub async fn update(self, change: ScheduleChange, precondition: Precondition) -> Result<Option<StoredSchedule>> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write_locking(move |tx| {
            let Some(present) = lock(tx, change.id)? else { return Ok(None) };
            precondition.check(present.revision())?;
            if present.last_slot_ms != change.seen_slot_ms {
                return Err(Error::Refused(Refusal::Stale));
            }
            let version = present.version + 1;
            let sql =
                "UPDATE schedules SET version = $3, definition = $4, owner = $5, next_at_ms = $6, updated_at_ms = $7
                WHERE workspace_id = $1 AND id = $2";
            let params =
                params![change.id, version, &change.definition, &change.owner, change.next_at_ms, change.now_ms];
            tx.execute(sql, params)?;
            let (id, changes) = (change.id.to_string(), json!({"version": version}));
            let texts = [Some(present.definition.as_str()), Some(change.definition.as_str())];
            tx.audit_change_of_texts(actor.as_deref(), target(&id), &changes, texts)?;
            tx.announce(Signal::Schedules);
            find(tx, change.id)
        })
        .await
    }

    /// Removes a schedule; false if it is not there. Jobs that it has enqueued stay.
    ///
    /// # Errors
    /// [`Refusal::Stale`] if `precondition` does not hold.
    pub async fn delete(self, id: ScheduleId, precondition: Precondition) -> Result<bool> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write_locking(move |tx| {
            let Some(present) = lock(tx, id)? else { return Ok(false) };
            precondition.check(present.revision())?;
            tx.execute("DELETE FROM schedules WHERE workspace_id = $1 AND id = $2", params![id])?;
            // What waits for the job before it waits for nothing more.
            let sql = "UPDATE schedule_runs SET state = 'skipped', reason = 'deleted'
                WHERE workspace_id = $1 AND schedule_id = $2 AND state = 'waiting'";
            tx.execute(sql, params![id])?;
            let texts = [Some(present.definition.as_str()), None];
            tx.audit_change_of_texts(actor.as_deref(), target(&id.to_string()), &Json::Null, texts)?;
            Ok(true)
        })
        .await
    }
}

impl Db {
    /// The schedules of all workspaces whose slot has come by `now_ms`, at most `count`, the latest ones first.
    pub async fn due_schedules(&self, now_ms: i64, count: u32) -> Result<Vec<DueSchedule>> {
        self.read(move |tx| {
            let sql = format!(
                "SELECT w.number, w.id, {COLUMNS} FROM schedules s JOIN workspaces w ON w.number = s.workspace_id
                WHERE s.next_at_ms <= $1 ORDER BY s.next_at_ms, s.id LIMIT $2"
            );
            let due = |row: &mut Row| {
                let workspace = WorkspaceId::new(row.next_int()?, &row.next_text()?);
                Ok(DueSchedule { workspace, schedule: read(row)? })
            };
            tx.query(&sql, params![now_ms, count])?.iter_mut().map(due).collect()
        })
        .await
    }

    /// The next slot of any schedule, in milliseconds since the epoch. It writes nothing.
    pub async fn next_slot_ms(&self) -> Result<Option<i64>> {
        self.peek(|tx| {
            let sql = "SELECT MIN(next_at_ms) FROM schedules WHERE next_at_ms IS NOT NULL";
            tx.one(sql, params![])?.next_optional_int()
        })
        .await
    }
}

const fn target(id: &str) -> Target<'_> {
    Target { kind: "schedule", id }
}

pub(super) fn find(tx: &mut Tx<'_>, id: ScheduleId) -> Result<Option<StoredSchedule>> {
    let sql = format!("SELECT {COLUMNS} FROM schedules s WHERE s.workspace_id = $1 AND s.id = $2");
    tx.first(&sql, params![id])?.map(|mut row| read(&mut row)).transpose()
}

/// A schedule that does not change until the transaction ends, but for what this one changes.
pub(super) fn lock(tx: &mut Tx<'_>, id: ScheduleId) -> Result<Option<StoredSchedule>> {
    let sql = format!("SELECT {COLUMNS} FROM schedules s WHERE s.workspace_id = $1 AND s.id = $2{}", tx.lock());
    tx.first(&sql, params![id])?.map(|mut row| read(&mut row)).transpose()
}

fn read(row: &mut Row) -> Result<StoredSchedule> {
    Ok(StoredSchedule {
        id: row.next_id()?,
        version: row.next_count()?,
        definition: row.next_text()?,
        owner: row.next_text()?,
        next_at_ms: row.next_optional_int()?,
        last_slot_ms: row.next_optional_int()?,
        last_job_id: row.next_optional_id()?,
        created_at_ms: row.next_int()?,
        updated_at_ms: row.next_int()?,
        created_by: row.next_text()?,
    })
}
