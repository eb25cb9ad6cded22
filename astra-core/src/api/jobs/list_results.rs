//! `jobs.list_results`: what became of the questions of a job, also while it runs.

use axum::extract::State;

use super::model::JobAnswer;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path};
use crate::ids::JobId;

/// List the results of a job
///
/// What became of each question that a job of the type `agent_run` or `batch_chat` has asked, in the order of the questions, also
/// while the job runs: a question that is not asked yet is not in the list. Jobs of other types have none.
#[utoipa::path(get, path = "/jobs/{job_id}/results", operation_id = "jobs.list_results",
    params(("job_id" = String, Path, description = "The job's id.", example = "job_06a1b2c3d4e5q"), PageQuery),
    responses((status = 200, description = "A page of results.", body = Page<JobAnswer>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(job_id): Path<JobId>,
    Paged(request): Paged,
) -> Result<Json<Page<JobAnswer>>> {
    let rows = app.store.rows(&caller.workspace);
    let job = rows.jobs().find_visible(job_id, caller.sees()).await.map_err(Error::store)?;
    if job.is_none() {
        return Err(Error::not_found("job"));
    }
    let page = rows.job_turns().page(job_id, request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page, JobAnswer::from)))
}
