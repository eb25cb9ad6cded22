//! `agents.list`: the agents of the workspace.

use axum::extract::State;

use super::model::Agent;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged};

/// List agents
///
/// The workspace's own, and those that it has borrowed: these have `borrowed`, and the id of their grant. Newest first.
#[utoipa::path(get, path = "/agents", operation_id = "agents.list", params(PageQuery),
    responses((status = 200, description = "A page of agents.", body = Page<Agent>)))]
pub async fn handler(State(app): State<App>, caller: Caller, Paged(request): Paged) -> Result<Json<Page<Agent>>> {
    let page = app
        .store
        .rows(&caller.workspace)
        .agents()
        .page_with_borrowed(request, app.now_ms())
        .await
        .map_err(Error::store)?;
    Ok(Json(Page::from_store(page.try_map(Agent::read)?, |agent| agent)))
}
