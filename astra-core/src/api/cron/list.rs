//! `cron.list`: the schedules of the workspace.

use axum::extract::State;

use super::model::Schedule;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged};

/// List schedules
///
/// Newest first.
#[utoipa::path(get, path = "/cron/schedules", operation_id = "cron.list", params(PageQuery),
    responses((status = 200, description = "A page of schedules.", body = Page<Schedule>)))]
pub async fn handler(State(app): State<App>, caller: Caller, Paged(request): Paged) -> Result<Json<Page<Schedule>>> {
    let page = app.store.rows(&caller.workspace).schedules().page(request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page.try_map(Schedule::read)?, |schedule| schedule)))
}
