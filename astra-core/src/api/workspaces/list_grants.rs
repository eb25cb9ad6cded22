//! `workspaces.list_grants`: agents that the workspace lends and borrows.

use axum::extract::State;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::workspaces::{Grant, WorkspacePolicyPath, check_own};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path};

/// List grants
///
/// Those that the workspace has made, and those that were made to it, newest first, with what was used: numbers alone, which both
/// sides see.
#[utoipa::path(get, path = "/workspaces/{workspace_id}/grants", operation_id = "workspaces.list_grants",
    params(WorkspacePolicyPath, PageQuery),
    responses((status = 200, description = "A page of grants.", body = Page<Grant>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<WorkspacePolicyPath>,
    Paged(request): Paged,
) -> Result<Json<Page<Grant>>> {
    check_own(&caller, &path.workspace_id)?;
    let page = app.store.rows(&caller.workspace).agent_grants().page(request).await.map_err(Error::store)?;
    let now_ms = app.now_ms();
    Ok(Json(Page::from_store(page, |(grant, used)| Grant::of(grant, used, now_ms))))
}
