//! `jobs.list_logs`: what a job has said while it ran, and why attempts of it failed.

use axum::extract::State;

use super::model::JobLogLine;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path};
use crate::ids::JobId;

/// List the log of a job
///
/// What the job has said while it ran, and why attempts of it failed, oldest first, also while it runs. Of more than 1,000 lines
/// the first are kept, and the last one says so.
#[utoipa::path(get, path = "/jobs/{job_id}/logs", operation_id = "jobs.list_logs",
    params(("job_id" = String, Path, description = "The job's id.", example = "job_06a1b2c3d4e5q"), PageQuery),
    responses((status = 200, description = "A page of lines.", body = Page<JobLogLine>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(job_id): Path<JobId>,
    Paged(request): Paged,
) -> Result<Json<Page<JobLogLine>>> {
    let rows = app.store.rows(&caller.workspace);
    let job = rows.jobs().find_visible(job_id, caller.sees()).await.map_err(Error::store)?;
    if job.is_none() {
        return Err(Error::not_found("job"));
    }
    let page = rows.job_logs().page(job_id, request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page, JobLogLine::from)))
}
