//! `workspaces.get`: the caller's workspace.

use axum::extract::State;
use axum::response::Response;

use super::lookup::{missing, own};
use super::model::{Workspace, WorkspacePath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path, tagged};

/// Get a workspace
///
/// That of the caller's token; to it there is no other one.
#[utoipa::path(get, path = "/workspaces/{workspace_id}", operation_id = "workspaces.get", params(WorkspacePath),
    responses((status = 200, description = "The workspace.", body = Workspace, headers(
        ("ETag" = String, description = "The workspace's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WorkspacePath { workspace_id }): Path<WorkspacePath>,
) -> Result<Response> {
    own(&caller, &workspace_id)?;
    let found = app.store.rows(&caller.workspace).workspaces().find().await.map_err(Error::store)?;
    let found = found.ok_or_else(missing)?;
    Ok(tagged(found.revision(), Json(Workspace::new(found, caller.role, &caller))))
}
