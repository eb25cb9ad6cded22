//! `cron.delete`: remove a schedule.

use axum::extract::State;
use http::StatusCode;

use super::lookup::refused;
use super::model::SchedulePath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Path};

/// Delete a schedule
///
/// It has no more slots, and slots that wait for the job before them are skipped. Jobs that it has enqueued go on to their end.
#[utoipa::path(delete, path = "/cron/schedules/{schedule_id}", operation_id = "cron.delete", params(SchedulePath, IfMatchHeader),
    responses((status = 204, description = "Deleted.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(SchedulePath { schedule_id }): Path<SchedulePath>,
    IfMatch(precondition): IfMatch,
) -> Result<StatusCode> {
    let deleted = caller.rows(&app).schedules().delete(schedule_id, precondition).await.map_err(refused)?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(Error::not_found("schedule")) }
}
