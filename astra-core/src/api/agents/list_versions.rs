//! `agents.list_versions`: what an agent has been.

use axum::extract::State;

use super::model::{AgentPath, AgentVersionInfo};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path};

/// List an agent's versions
///
/// Newest first, without their definitions: `agents.get_version` has them.
#[utoipa::path(get, path = "/agents/{agent_id}/versions", operation_id = "agents.list_versions",
    params(AgentPath, PageQuery),
    responses((status = 200, description = "A page of versions.", body = Page<AgentVersionInfo>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(AgentPath { agent_id }): Path<AgentPath>,
    Paged(request): Paged,
) -> Result<Json<Page<AgentVersionInfo>>> {
    let page =
        app.store.rows(&caller.workspace).agent_versions().page(&agent_id, request).await.map_err(Error::store)?;
    let page = page.ok_or_else(|| Error::not_found("agent"))?;
    Ok(Json(Page::from_store(page, AgentVersionInfo::from)))
}
