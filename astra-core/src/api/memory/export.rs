//! `memory.export`: memory as a text that can be kept, and imported again.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::known;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, accepted};
use crate::ids::{JobId, MemoryId};
use crate::memory::transfer::{Export, ExportWish};
use crate::work::Job;

/// Whose memory is exported.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportMemory {
    /// The user whose memory it is; the workspace's by default.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 256, example = "usr_06a1b2c3d4e5q")]
    user_id: Option<String>,
    /// It goes on behind this memory, which an export before has named as `next`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "mem_06a1b2c3d4e5q")]
    after: Option<MemoryId>,
}

/// The job that does it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StartedMemoryJob {
    /// The job's id.
    #[schema(value_type = String, example = "job_06a1b2c3d4e5q")]
    pub(super) job_id: JobId,
}

/// Export memory
///
/// A job of the type `memory_export`. Its result has the `lines` of the memories that hold, as JSON: the first line names the format
/// and its version, the last one says that nothing is missing. A job writes some 400 KB; `next` of its result says where the next
/// job goes on, and is null after the last one. The lines say neither whose memory it is nor the words that it was made of.
#[utoipa::path(post, path = "/memory/export", operation_id = "memory.export", params(IdempotencyHeader),
    request_body(content = ExportMemory, description = "Whose memory.", example = json!({"user_id": null})),
    responses(
        (status = 202, description = "The job.", body = StartedMemoryJob,
            headers(("Location" = String, description = "Where the job is."))),
        (status = 404, description = "The workspace has no such user.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(ExportMemory { user_id, after }): Json<ExportMemory>,
) -> Result<Response> {
    let rows = caller.rows(&app);
    known(&app, &caller, user_id.as_deref()).await?;
    let job = Export::job(&ExportWish { user_id, after }).map_err(Error::internal)?;
    let job = job.subject(caller.subject.as_str(), app.ids.key());
    let kept = app.jobs.enqueue_once(&rows, job, caller.sees(), once).await.map_err(Error::store)?;
    Ok(accepted(&format!("/jobs/{}", kept.id), StartedMemoryJob { job_id: kept.id }))
}
