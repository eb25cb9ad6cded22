//! `memory.revert`: make a memory again what it was.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{may_change, missing, reader, refused};
use super::model::MemoryPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::memory::Memory;
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Path, Problem, tagged};
use crate::store::MemoryRefusal;

/// Which version to write again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RevertMemory {
    /// The number of the version.
    #[schema(minimum = 1, example = 1)]
    version: u32,
}

/// Revert a memory
///
/// Writes a version of `memory.history` again, as a new version. A deleted memory comes back. If it holds, what holds of its slot
/// does not hold any more.
#[utoipa::path(post, path = "/memory/{memory_id}/revert", operation_id = "memory.revert", params(MemoryPath, IdempotencyHeader),
    request_body(content = RevertMemory, description = "The version.", example = json!({"version": 1})),
    responses(
        (status = 200, description = "The memory.", body = Memory, headers(
            ("ETag" = String, description = "The memory's state, for `If-Match`."))),
        (status = 409, description = "The version says that the memory is deleted.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(MemoryPath { memory_id: id }): Path<MemoryPath>,
    Idempotency(once): Idempotency,
    Json(RevertMemory { version }): Json<RevertMemory>,
) -> Result<Response> {
    let (rows, reader) = (caller.rows(&app), reader(&app, &caller));
    let present = rows.memories().find_ever(id, reader.clone()).await.map_err(Error::store)?.ok_or_else(missing)?;
    may_change(&caller, present.user_id.as_deref())?;
    let wanted = rows.memories().find_version(id, version, reader.clone()).await.map_err(Error::store)?;
    let wanted = wanted.ok_or_else(|| refused(MemoryRefusal::NoSuchVersion.into()))?;
    let index = app.memory.index_entry(&wanted.memory.content);
    let memory =
        rows.memories().revert(id, version, index, reader, once).await.map_err(refused)?.ok_or_else(missing)?;
    Ok(tagged(memory.revision(), Json(Memory::at(memory, app.now_ms()))))
}
