//! Schedules in the store: looked up, checked, refused.

use crate::app::App;
use crate::auth::{ScopeSet, access};
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Caller;
use crate::ids::ScheduleId;
use crate::store::{self, Refusal, StoredSchedule};
use crate::work::scheduler::{DefinitionFault, ScheduleDefinition};

/// Largest payload of a schedule's job, as JSON.
const PAYLOAD_BYTES_MAX: usize = 64 << 10;

/// A schedule of the caller's workspace.
///
/// # Errors
/// 404 if there is no such thing.
pub async fn find(app: &App, caller: &Caller, id: ScheduleId) -> Result<StoredSchedule> {
    let found = app.store.rows(&caller.workspace).schedules().find(id).await.map_err(Error::store)?;
    found.ok_or_else(|| Error::not_found("schedule"))
}

/// 403 unless the caller may enqueue jobs of the type `kind`: some need another scope than that of the operation, and the role
/// that the scope's operations need.
///
/// # Errors
/// If it may not.
pub fn permit(app: &App, caller: &Caller, kind: &str) -> Result<()> {
    let scope = app.jobs.types().get(kind).filter(|kind| kind.is_public).and_then(|kind| kind.scope);
    let Some(name) = scope else { return Ok(()) };
    let may = |scope: ScopeSet| {
        let least = access::needs().filter(|(_, scopes)| scopes.covers(scope)).map(|(role, _)| role).min();
        caller.scopes.covers(scope) && least.is_none_or(|least| caller.role >= least)
    };
    // A scope that is none of the gateway's or the host's is one that no caller has.
    if app.authority.scopes().find(name).is_some_and(may) {
        return Ok(());
    }
    Err(Error::forbidden(format!("A schedule of jobs of the type `{kind}` needs the scope `{name}`.")))
}

/// The definition of a stored row.
///
/// # Errors
/// If another version of the gateway wrote what this one cannot read.
pub fn read(stored: &StoredSchedule) -> Result<ScheduleDefinition> {
    serde_json::from_str(&stored.definition).map_err(Error::internal)
}

/// The first slot of a new definition, or of one in place of `present`; `None` while it is paused or if it is over.
///
/// # Errors
/// 422 with a pointer for each fault; 403 if the caller may not enqueue such jobs.
pub fn first_slot(
    app: &App,
    caller: &Caller,
    definition: &ScheduleDefinition,
    present: Option<(&StoredSchedule, &ScheduleDefinition)>,
) -> Result<Option<i64>> {
    let now_ms = app.now_ms();
    if present.is_none_or(|(_, was)| was.job != definition.job) {
        permit(app, caller, &definition.job.kind)?;
    }
    let mut faults = Vec::new();
    if serde_json::to_string(&definition.job.payload).map_err(Error::internal)?.len() > PAYLOAD_BYTES_MAX {
        faults.push(("/job/payload".to_owned(), "is larger than 64 KiB".to_owned()));
    }
    if present.is_none_or(|(_, was)| was.job != definition.job) {
        faults.extend(app.scheduler.job(&definition.job).err().unwrap_or_default());
    }
    let times = |definition: &ScheduleDefinition| {
        let ScheduleDefinition { expression, timezone, starts_at, ends_at, is_paused, .. } = definition.clone();
        (expression, timezone, starts_at, ends_at, is_paused)
    };
    let first = match present {
        // What is over may still be renamed.
        Some((stored, was)) if times(was) == times(definition) => definition.timing().map(|_| stored.next_at_ms),
        present => definition.timing_from(now_ms).map(|(timing, _)| {
            // A slot that has a run gets no second one, whatever the clock says.
            let after_ms = present.and_then(|(stored, _)| stored.last_slot_ms).map_or(now_ms, |last| last.max(now_ms));
            if definition.is_paused { None } else { timing.next_after(after_ms).map(|slot| slot.at_ms) }
        }),
    };
    match first {
        Ok(first) if faults.is_empty() => Ok(first),
        Ok(_) => Err(invalid(faults)),
        Err(of_times) => Err(invalid([of_times, faults].concat())),
    }
}

/// 422 with a pointer for each fault.
pub fn invalid(faults: Vec<DefinitionFault>) -> Error {
    let mut error = Error::new(Code::InvalidRequest, "The schedule is not valid.");
    error.fields = faults.into_iter().map(|(pointer, detail)| FieldError { pointer, detail }).collect();
    error
}

/// What the store refuses to do with a schedule.
pub fn refused(fault: store::Error) -> Error {
    match fault {
        store::Error::Refused(Refusal::TooManySchedules) => {
            Error::conflict("The workspace has 1000 schedules, which is as many as it may have: delete one.")
        }
        store::Error::Refused(Refusal::ScheduleBusy) => {
            Error::conflict("The last job of the schedule has not ended, and `on_overlap` lets no other run beside it.")
        }
        fault => Error::store(fault),
    }
}
