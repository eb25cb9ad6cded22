//! `workspaces.list_members`: the people of the caller's workspace.

use axum::extract::State;

use super::lookup::own;
use super::model::{Member, WorkspacePath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path};

/// List members
///
/// The people of the workspace, the one who joined last first. End users of applications and service accounts are not among
/// them.
#[utoipa::path(get, path = "/workspaces/{workspace_id}/members", operation_id = "workspaces.list_members",
    params(WorkspacePath, PageQuery),
    responses((status = 200, description = "A page of members.", body = Page<Member>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WorkspacePath { workspace_id }): Path<WorkspacePath>,
    Paged(request): Paged,
) -> Result<Json<Page<Member>>> {
    own(&caller, &workspace_id)?;
    let page = app.authority.list_members(&caller, request).await.map_err(Error::auth)?;
    Ok(Json(Page::from_store(page, Member::from)))
}
