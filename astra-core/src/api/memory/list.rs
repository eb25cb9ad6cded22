//! `memory.list`: what is remembered of the caller and of the workspace.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::lookup::reader;
use super::model::TierOfMemory;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::memory::Memory;
use crate::http::{Caller, Json, Page, PageQuery, Paged, Query, instant};
use crate::ids::SessionId;
use crate::store::{MemoryCategory, MemoryFilter, MemoryOwner, MemoryTier};

/// Whose memory it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OwnerOfMemory {
    /// The caller's.
    Me,
    /// The workspace's.
    Workspace,
}

/// Which memories to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct MemoryQuery {
    /// Only memories of this tier. The tier `session` is not among them: `sessions.list_messages` has what was said in a
    /// session, and `memory.search` finds it.
    #[param(example = "daily")]
    tier: Option<TierOfMemory>,
    /// Only daily notes of this category.
    #[param(example = "decision")]
    category: Option<MemoryCategory>,
    /// Only memories of the caller, or of the workspace.
    #[param(inline, example = "me")]
    owner: Option<OwnerOfMemory>,
    /// Only memories that were made in turns of this agent, or are for it.
    #[param(format = "slug", example = "assistant")]
    agent_id: Option<String>,
    /// Only memories that were made in this session.
    #[param(value_type = Option<String>, example = "ses_06a1b2c3d4e5q")]
    session_id: Option<SessionId>,
    /// Only memories that held at this time, whether they hold now or not.
    #[param(example = "2026-11-23T21:07:00.000Z")]
    as_of: Option<String>,
    /// Whether to list those too that do not hold any more.
    #[param(default = false, example = false)]
    include_superseded: bool,
}

/// List memories
///
/// Newest first: those of the caller and those of the workspace, as far as they hold. Memories of other users are not listed, for
/// admins neither.
#[utoipa::path(get, path = "/memory", operation_id = "memory.list", params(PageQuery, MemoryQuery),
    responses((status = 200, description = "A page of memories.", body = Page<Memory>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MemoryQuery>,
    Paged(request): Paged,
) -> Result<Json<Page<Memory>>> {
    let reader = reader(&app, &caller);
    let now_ms = reader.now_ms;
    let filter = MemoryFilter {
        reader,
        owner: query.owner.map(|owner| match owner {
            OwnerOfMemory::Me => MemoryOwner::Own,
            OwnerOfMemory::Workspace => MemoryOwner::Workspace,
        }),
        tier: query.tier.map(MemoryTier::from),
        category: query.category,
        agent_id: query.agent_id,
        session_id: query.session_id,
        as_of_ms: instant(query.as_of.as_deref(), "query/as_of")?,
        with_superseded: query.include_superseded,
    };
    let page = app.store.rows(&caller.workspace).memories().page(filter, request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page, |memory| Memory::at(memory, now_ms))))
}
