//! `memory.get`: one memory.

use axum::extract::State;
use axum::response::Response;

use super::lookup::find;
use super::model::MemoryPath;
use crate::app::App;
use crate::error::Result;
use crate::http::memory::Memory;
use crate::http::{Caller, Json, Path, tagged};

/// Get a memory
///
/// One that does not hold any more is answered too, with what holds in its place.
#[utoipa::path(get, path = "/memory/{memory_id}", operation_id = "memory.get", params(MemoryPath),
    responses((status = 200, description = "The memory.", body = Memory, headers(
        ("ETag" = String, description = "The memory's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(MemoryPath { memory_id }): Path<MemoryPath>,
) -> Result<Response> {
    let memory = find(&app, &caller, memory_id).await?;
    Ok(tagged(memory.revision(), Json(Memory::at(memory, app.now_ms()))))
}
