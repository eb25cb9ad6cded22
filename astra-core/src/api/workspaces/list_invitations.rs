//! `workspaces.list_invitations`: the open invitations to the caller's workspace.

use axum::extract::State;

use super::lookup::own;
use super::model::{Invitation, WorkspacePath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path};

/// List invitations
///
/// Those that are open, newest first: not those that were accepted or revoked, or have expired. Codes are not shown again.
#[utoipa::path(get, path = "/workspaces/{workspace_id}/invitations", operation_id = "workspaces.list_invitations",
    params(WorkspacePath, PageQuery),
    responses((status = 200, description = "A page of invitations.", body = Page<Invitation>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WorkspacePath { workspace_id }): Path<WorkspacePath>,
    Paged(request): Paged,
) -> Result<Json<Page<Invitation>>> {
    own(&caller, &workspace_id)?;
    let page = app.authority.list_invitations(&caller, request).await.map_err(Error::auth)?;
    Ok(Json(Page::from_store(page, Invitation::from)))
}
