//! `memory.delete`: something is not remembered any more.

use axum::extract::State;
use http::StatusCode;

use super::lookup::{find, may_change, missing, reader};
use super::model::MemoryPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Path};

/// Delete a memory
///
/// It is found by no search and no list any more. Its history stays, and `memory.revert` brings it back; what it had taken the
/// place of does not hold again. The memory of the workspace is deleted by admins and owners.
#[utoipa::path(delete, path = "/memory/{memory_id}", operation_id = "memory.delete", params(MemoryPath, IfMatchHeader),
    responses((status = 204, description = "Deleted.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(MemoryPath { memory_id }): Path<MemoryPath>,
    IfMatch(precondition): IfMatch,
) -> Result<StatusCode> {
    let present = find(&app, &caller, memory_id).await?;
    may_change(&caller, present.user_id.as_deref())?;
    let deleted = caller.rows(&app).memories().delete(memory_id, reader(&app, &caller), precondition).await;
    if deleted.map_err(Error::store)? { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}
