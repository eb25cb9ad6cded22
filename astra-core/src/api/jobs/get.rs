//! `jobs.get`: one job, now or when it has ended.

use std::time::Duration;

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::Job;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path, Query};
use crate::ids::JobId;

/// How long to wait for the job.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// How many seconds to wait for the job to end before it is answered as it is then; 0 by default.
    #[param(minimum = 0, maximum = 60, default = 0, example = 0)]
    wait_s: Option<u32>,
}

/// Get a job
///
/// With `wait_s` the answer comes as soon as the job has ended, or after so many seconds. Members can get their own jobs only;
/// admins and owners can get all.
#[utoipa::path(get, path = "/jobs/{job_id}", operation_id = "jobs.get",
    params(("job_id" = String, Path, description = "The job's id.", example = "job_06a1b2c3d4e5q"), WaitQuery),
    responses((status = 200, description = "The job.", body = Job)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(job_id): Path<JobId>,
    Query(query): Query<WaitQuery>,
) -> Result<Json<Job>> {
    let rows = app.store.rows(&caller.workspace);
    let wait = Duration::from_secs(query.wait_s.unwrap_or(0).into());
    let waiting = app.jobs.wait(&rows, job_id, caller.sees(), wait);
    // A gateway that stops does not keep its callers.
    let job = match app.stopping.run_until_cancelled(waiting).await {
        Some(job) => job,
        None => rows.jobs().find_visible(job_id, caller.sees()).await,
    };
    let job = job.map_err(Error::store)?.ok_or_else(|| Error::not_found("job"))?;
    Ok(Json(job.into()))
}
