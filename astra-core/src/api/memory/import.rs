//! `memory.import`: what was exported, here or by another program, is remembered.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::export::StartedMemoryJob;
use super::lookup::known;
use crate::app::App;
use crate::error::{Code, Error, FieldError, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, accepted};
use crate::memory::transfer::{Import, ImportIds, ImportWish};
use crate::work::Job;

/// What is imported.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportMemory {
    /// An export of memory as lines of JSON, an agent file of Letta (`.af`), or an export of mem0.
    #[schema(
        min_length = 1,
        max_length = 1_000_000,
        pattern = r"^[^\x00]*$",
        example = "{\"results\": [{\"memory\": \"Likes green tea.\"}]}"
    )]
    text: String,
    /// The user whose memory it becomes; the workspace's by default.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 256, example = "usr_06a1b2c3d4e5q")]
    user_id: Option<String>,
    /// What becomes of the ids of the text.
    #[serde(default)]
    #[schema(default = "new")]
    ids: MemoryIds,
}

/// What becomes of ids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryIds {
    /// Each memory gets a new one.
    #[default]
    New,
    /// They are kept; a memory whose id is taken is left out.
    Keep,
}

/// Import memory
///
/// A job of the type `memory_import`, which keeps all memories of the text or none. A text that was cut, is of another version or
/// has one wrong line is refused whole, with the number of the line. What is remembered already makes no double and gets more
/// evidence; another value of a slot takes the place of the present one. The blocks of a Letta agent become fields of the
/// profile, its archival passages and the memories of mem0 become memories of the tier `profile`, with a trust of 0.5.
#[utoipa::path(post, path = "/memory/import", operation_id = "memory.import", params(IdempotencyHeader),
    request_body(content = ImportMemory, description = "What, and whose it becomes.",
        example = json!({"text": "{\"results\": [{\"memory\": \"Likes green tea.\"}]}"})),
    responses(
        (status = 202, description = "The job.", body = StartedMemoryJob,
            headers(("Location" = String, description = "Where the job is."))),
        (status = 404, description = "The workspace has no such user.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(ImportMemory { text, user_id, ids }): Json<ImportMemory>,
) -> Result<Response> {
    let rows = caller.rows(&app);
    known(&app, &caller, user_id.as_deref()).await?;
    let ids = match ids {
        MemoryIds::New => ImportIds::New,
        MemoryIds::Keep => ImportIds::Keep,
    };
    let wish = ImportWish { text, user_id, ids };
    if let Err(faults) = Import::check(&wish) {
        let mut error = Error::new(Code::InvalidRequest, "The text is not imported.");
        error.fields = faults.into_iter().map(|(pointer, detail)| FieldError { pointer, detail }).collect();
        return Err(error);
    }
    let job = Import::job(&wish).map_err(Error::internal)?.subject(caller.subject.as_str(), app.ids.key());
    let kept = app.jobs.enqueue_once(&rows, job, caller.sees(), once).await.map_err(Error::store)?;
    Ok(accepted(&format!("/jobs/{}", kept.id), StartedMemoryJob { job_id: kept.id }))
}
