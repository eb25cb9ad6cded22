//! `jobs.events`: follow a job until it has ended.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use http::{HeaderMap, StatusCode};

use super::model::JobEvent;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Opened, Path, sse};
use crate::ids::JobId;
use crate::work::JobStates;

/// Follow a job
///
/// An event for each change of the job, the present state first; with `Last-Event-ID` only if it has changed since that event.
/// An event has the whole state, so that changes which come faster than they are read are one event. The stream ends after
/// `done`; a request for what follows it is answered with 204, after which browsers do not reconnect.
#[utoipa::path(get, path = "/jobs/{job_id}/events", operation_id = "jobs.events",
    extensions(("x-stream" = json!({"resumed_by": "jobs.events", "ends_with": ["done"]}))),
    params(
        ("job_id" = String, Path, description = "The job's id.", example = "job_06a1b2c3d4e5q"),
        ("Last-Event-ID" = Option<i64>, Header, description = "The `id` of the last event that the client received.", minimum = 0, maximum = 1_000_000_000, example = 2)),
    responses((status = 200, description = "The job's events.", body = JobEvent, content_type = "text/event-stream"),
        (status = 204, description = "The job has ended, and no event comes after `Last-Event-ID`.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(job_id): Path<JobId>,
    headers: HeaderMap,
) -> Result<Response> {
    let rows = app.store.rows(&caller.workspace);
    let job = rows.jobs().find_visible(job_id, caller.sees()).await.map_err(Error::store)?;
    let job = job.ok_or_else(|| Error::not_found("job"))?;
    let after = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).unwrap_or(0);
    if job.status.is_final() && after >= job.version {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let opened = Opened::new(&app, &caller, headers)?;
    let states = app.jobs.follow(&rows, job_id, caller.sees(), after);
    Ok(sse::respond(opened.while_authorised(frames(states))))
}

/// The frames of a job's events. A store that fails ends the stream, and the client resumes.
fn frames(states: JobStates) -> impl Stream<Item = Bytes> + Send + 'static {
    stream::unfold(states, |mut states| async move {
        let job = states.next().await.inspect_err(|fault| tracing::error!(error = %fault, "an event stream broke off"));
        let event = JobEvent::of(job.ok()??);
        let mut out = BytesMut::new();
        sse::frame(&mut out, &event.seq(), event.name(), &event).ok()?;
        Some((out.freeze(), states))
    })
}
