//! `memory-profiles.list`: the memory profiles of the workspace.

use axum::extract::State;

use super::model::MemoryProfile;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged};

/// List memory profiles
///
/// Newest first. The built-in default, which agents without a profile have, is not among them.
#[utoipa::path(get, path = "/memory-profiles", operation_id = "memory-profiles.list", params(PageQuery),
    responses((status = 200, description = "A page of memory profiles.", body = Page<MemoryProfile>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Paged(request): Paged,
) -> Result<Json<Page<MemoryProfile>>> {
    let page = app.store.rows(&caller.workspace).memory_profiles().page(request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page.try_map(MemoryProfile::read)?, |profile| profile)))
}
