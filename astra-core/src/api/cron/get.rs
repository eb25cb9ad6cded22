//! `cron.get`: a schedule as it is now.

use axum::extract::State;
use axum::response::Response;

use super::lookup::find;
use super::model::{Schedule, SchedulePath};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Json, Path, tagged};

/// Get a schedule
///
/// The `ETag` identifies what callers have set: send it as `If-Match` with a change that must not overwrite another change.
#[utoipa::path(get, path = "/cron/schedules/{schedule_id}", operation_id = "cron.get", params(SchedulePath),
    responses((status = 200, description = "The schedule.", body = Schedule, headers(
        ("ETag" = String, description = "The schedule's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(SchedulePath { schedule_id }): Path<SchedulePath>,
) -> Result<Response> {
    let schedule = find(&app, &caller, schedule_id).await?;
    Ok(tagged(schedule.revision(), Json(Schedule::read(schedule)?)))
}
