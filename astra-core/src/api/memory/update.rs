//! `memory.update`: change what is remembered.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::lookup::{check, find, may_change, missing, reader};
use super::model::MemoryPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::memory::{Memory, MemorySettings};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, MergePatch, Path, tagged};
use crate::store::{self, MemoryChange, Precondition, Refusal};

/// How often a change is made anew that others got in the way of.
const ATTEMPTS: u32 = 8;

/// The changes: a field that is left out stays, and null sets its default. In `data`, null removes a field.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = MemorySettings)]
pub struct UpdateMemory(MergePatch<MemorySettings>);

/// Update a memory
///
/// JSON Merge Patch (RFC 7396). The memory of the workspace is changed by admins and owners. The version before stays in the
/// history. A memory that holds again takes the place of what holds of its slot.
#[utoipa::path(patch, path = "/memory/{memory_id}", operation_id = "memory.update", params(MemoryPath, IfMatchHeader),
    request_body(content = UpdateMemory, description = "What to change.", example = json!({"content": "Releases are made on Mondays."})),
    responses((status = 200, description = "The memory.", body = Memory, headers(
        ("ETag" = String, description = "The memory's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(MemoryPath { memory_id: id }): Path<MemoryPath>,
    IfMatch(precondition): IfMatch,
    Json(UpdateMemory(patch)): Json<UpdateMemory>,
) -> Result<Response> {
    let rows = caller.rows(&app);
    let mut attempts = 0..ATTEMPTS;
    loop {
        let present = find(&app, &caller, id).await?;
        may_change(&caller, present.user_id.as_deref())?;
        precondition.check(present.revision()).map_err(Error::store)?;
        let wanted = patch.apply(&MemorySettings::of(&present))?;
        let checked = check(&wanted, present.tier, present.valid_from_ms)?;
        let change = MemoryChange {
            id,
            category: checked.category,
            valid_to_ms: checked.valid_to_ms,
            expires_at_ms: checked.expires_at_ms,
            index: app.memory.index_entry(&wanted.content),
            content: wanted.content,
            data: wanted.data,
        };
        // What was patched must still be the present state.
        let unchanged = Precondition::OneOf(vec![present.revision()]);
        match rows.memories().update(change, reader(&app, &caller), unchanged).await {
            Ok(Some(memory)) => return Ok(tagged(memory.revision(), Json(Memory::at(memory, app.now_ms())))),
            Ok(None) => return Err(missing()),
            Err(store::Error::Refused(Refusal::Stale)) if attempts.next().is_some() => {}
            Err(fault) => return Err(Error::store(fault)),
        }
    }
}
