//! `memory-profiles.list_agents`: the agents that have a memory profile.

use axum::extract::State;

use super::lookup::missing;
use super::model::{MemoryProfileAgent, MemoryProfilePath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path};

/// List the agents of a memory profile
///
/// Those whose present version names it, newest first.
#[utoipa::path(get, path = "/memory-profiles/{profile_id}/agents", operation_id = "memory-profiles.list_agents",
    params(MemoryProfilePath, PageQuery),
    responses((status = 200, description = "A page of agents.", body = Page<MemoryProfileAgent>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(MemoryProfilePath { profile_id }): Path<MemoryProfilePath>,
    Paged(request): Paged,
) -> Result<Json<Page<MemoryProfileAgent>>> {
    let rows = app.store.rows(&caller.workspace);
    let page = rows.memory_profiles().page_agents(profile_id, request).await.map_err(Error::store)?;
    let page = page.ok_or_else(missing)?.try_map(|agent| MemoryProfileAgent::read(agent, profile_id))?;
    Ok(Json(Page::from_store(page, |agent| agent)))
}
