//! `memory.history`: what a memory was.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{missing, reader};
use super::model::MemoryPath;
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::http::memory::Memory;
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path};
use crate::ids::{SessionId, TurnId};
use crate::store::{self, MemoryReason};

/// A version of a memory.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MemoryVersion {
    /// 1 for the first version.
    #[schema(minimum = 1, example = 1)]
    version: u32,
    /// Why it was written.
    #[schema(example = "created")]
    reason: MemoryReason,
    /// The account that wrote it, or `gateway`.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    author: String,
    /// The turn that wrote it.
    #[schema(value_type = Option<String>, example = "trn_06a1b2c3d4e5q")]
    turn_id: Option<TurnId>,
    /// The session of that turn.
    #[schema(value_type = Option<String>, example = "ses_06a1b2c3d4e5q")]
    session_id: Option<SessionId>,
    /// When it was written.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    created_at: String,
    /// Whether the memory is gone with it.
    #[schema(example = false)]
    is_deleted: bool,
    /// The memory as it was; its weight is the present one.
    memory: Memory,
}

/// List the versions of a memory
///
/// Newest first, of a deleted memory too. Every write of a memory is a version.
#[utoipa::path(get, path = "/memory/{memory_id}/history", operation_id = "memory.history", params(MemoryPath, PageQuery),
    responses((status = 200, description = "A page of versions.", body = Page<MemoryVersion>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(MemoryPath { memory_id }): Path<MemoryPath>,
    Paged(request): Paged,
) -> Result<Json<Page<MemoryVersion>>> {
    let rows = app.store.rows(&caller.workspace);
    let page = rows.memories().history(memory_id, reader(&app, &caller), request).await.map_err(Error::store)?;
    let now_ms = app.now_ms();
    Ok(Json(Page::from_store(page.ok_or_else(missing)?, |version| MemoryVersion::at(version, now_ms))))
}

impl MemoryVersion {
    fn at(stored: store::MemoryVersion, now_ms: i64) -> Self {
        Self {
            version: stored.memory.version,
            reason: stored.reason,
            author: stored.author,
            turn_id: stored.turn_id,
            session_id: stored.session_id,
            created_at: rfc3339(stored.created_at_ms),
            is_deleted: stored.memory.deleted_at_ms.is_some(),
            memory: Memory::at(stored.memory, now_ms),
        }
    }
}
