//! `jobs.cancel`: end a job before it is done.

use axum::extract::State;

use super::lookup::refused;
use super::model::Job;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path, Problem};
use crate::ids::JobId;

/// Cancel a job
///
/// A job that waits ends at once. One that runs is asked to stop, in whichever gateway it runs, and ends within about a second;
/// the answer has `cancel_requested` then. To ask twice changes nothing. What it has done stays done.
#[utoipa::path(delete, path = "/jobs/{job_id}", operation_id = "jobs.cancel",
    params(("job_id" = String, Path, description = "The job's id.", example = "job_06a1b2c3d4e5q")),
    responses((status = 200, description = "The job, which is cancelled or asked to stop.", body = Job),
        (status = 409, description = "The job has ended.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(State(app): State<App>, caller: Caller, Path(job_id): Path<JobId>) -> Result<Json<Job>> {
    let cancelled = app.jobs.cancel_visible(&caller.rows(&app), job_id, caller.sees()).await.map_err(refused)?;
    cancelled.map(|job| Json(job.into())).ok_or_else(|| Error::not_found("job"))
}
