//! `cron.list_runs`: what became of a schedule's slots.

use axum::extract::State;

use super::lookup::find;
use super::model::{SchedulePath, ScheduleRun};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path};

/// List the runs of a schedule
///
/// One for each slot and each trigger, newest first. They are kept for `cron.keep_days` of the gateway's configuration.
#[utoipa::path(get, path = "/cron/schedules/{schedule_id}/runs", operation_id = "cron.list_runs", params(SchedulePath, PageQuery),
    responses((status = 200, description = "A page of runs.", body = Page<ScheduleRun>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(SchedulePath { schedule_id }): Path<SchedulePath>,
    Paged(request): Paged,
) -> Result<Json<Page<ScheduleRun>>> {
    find(&app, &caller, schedule_id).await?;
    let page = app.store.rows(&caller.workspace).schedule_runs().page(schedule_id, request).await;
    Ok(Json(Page::from_store(page.map_err(Error::store)?, ScheduleRun::from)))
}
