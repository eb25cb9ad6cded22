//! `jobs.retry`: do again what a job did.

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::lookup::{prepared, refused};
use super::model::Job;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Path, Problem, accepted};
use crate::ids::JobId;
use crate::store::{JobRefusal, NewJob, StoredJob};

/// Retry a job
///
/// A new job about the same, with the same settings, which names the other one in `origin_id` and belongs to the same user. It
/// runs at once, from the beginning: steps of the other job are not taken over. Only a job that has ended can be retried.
#[utoipa::path(post, path = "/jobs/{job_id}/retry", operation_id = "jobs.retry",
    params(("job_id" = String, Path, description = "The job's id.", example = "job_06a1b2c3d4e5q"), IdempotencyHeader),
    responses(
        (status = 202, description = "The new job.", body = Job, headers(("Location" = String, description = "Where the job is."))),
        (status = 409, description = "The job has not ended, its type is there no more, or an unfinished job has its `dedupe_key`.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(job_id): Path<JobId>,
    Idempotency(once): Idempotency,
) -> Result<Response> {
    let rows = caller.rows(&app);
    let origin = rows.jobs().find_visible(job_id, caller.sees()).await.map_err(Error::store)?;
    let origin = origin.ok_or_else(|| Error::not_found("job"))?;
    if !origin.status.is_final() {
        return Err(refused(JobRefusal::NotFinished.into()));
    }
    let again = again(&app, &caller, &origin)?;
    let kept = app.jobs.retry(&rows, job_id, caller.sees(), again, once).await.map_err(refused)?;
    let kept = kept.ok_or_else(|| Error::not_found("job"))?;
    Ok(accepted(&format!("/jobs/{}", kept.id), Job::from(kept)))
}

/// The job that does again what `origin` did, as its type is now.
fn again(app: &App, caller: &Caller, origin: &StoredJob) -> Result<NewJob> {
    let payload: Value = serde_json::from_str(&origin.payload).map_err(Error::internal)?;
    let prepared = prepared(app, caller, &origin.kind, &payload).map_err(|fault| match fault.code {
        Code::InvalidRequest => Error::conflict("The type of the job is there no more, or takes other payloads now."),
        _ => fault,
    })?;
    let mut job = prepared.origin(origin.id).attempts_max(u32::try_from(origin.attempts_max).unwrap_or(1));
    job = job.priority(u8::try_from(origin.priority).unwrap_or(0));
    if let Some(user_id) = &origin.user_id {
        job = job.subject(user_id.as_str(), app.ids.key());
    }
    if let Some(timeout_s) = origin.timeout_s {
        job = job.timeout_s(timeout_s);
    }
    if let Some(key) = &origin.unique_key {
        job = job.unique_key(key.as_str());
    }
    Ok(job)
}
