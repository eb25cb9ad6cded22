//! `cron.trigger`: run a schedule's job now.

use axum::extract::State;
use http::StatusCode;

use super::lookup::{find, invalid, read, refused};
use super::model::{SchedulePath, ScheduleRun};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Path, Problem};
use crate::store::{self, Refusal};

/// How often a trigger is tried again while others change the schedule.
const ATTEMPTS: u32 = 8;

/// Trigger a schedule
///
/// Enqueues the schedule's job now, whether the schedule is paused or not, and whatever its times are. The job belongs to the
/// schedule's owner, as those of its slots do. `on_overlap` holds here too: `skip` refuses while the last job has not ended, and
/// with `queue` the run waits for it. The next slot stays where it is.
#[utoipa::path(post, path = "/cron/schedules/{schedule_id}/trigger", operation_id = "cron.trigger",
    params(SchedulePath, IdempotencyHeader),
    responses(
        (status = 202, description = "The run.", body = ScheduleRun),
        (status = 409, description = "The last job has not ended, or 100 slots wait for it already.", body = Problem,
            content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(SchedulePath { schedule_id }): Path<SchedulePath>,
    Idempotency(once): Idempotency,
) -> Result<(StatusCode, Json<ScheduleRun>)> {
    let rows = caller.rows(&app);
    let mut attempts = 0..ATTEMPTS;
    loop {
        let schedule = find(&app, &caller, schedule_id).await?;
        let definition = read(&schedule)?;
        let job = app.scheduler.job(&definition.job).map_err(invalid)?;
        match app.scheduler.trigger(&rows, schedule, (&definition, job), &caller.subject, once.clone()).await {
            Ok(Some(run)) => return Ok((StatusCode::ACCEPTED, Json(run.into()))),
            Ok(None) => return Err(Error::not_found("schedule")),
            Err(store::Error::Refused(Refusal::Stale)) if attempts.next().is_some() => {}
            Err(fault) => return Err(refused(fault)),
        }
    }
}
