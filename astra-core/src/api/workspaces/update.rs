//! `workspaces.update`: another name for the caller's workspace.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::lookup::{missing, own};
use super::model::{Workspace, WorkspacePath, WorkspaceSettings};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, MergePatch, Path, tagged};

/// The changes: a field that is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = WorkspaceSettings)]
pub struct UpdateWorkspace(MergePatch<WorkspaceSettings>);

/// Update a workspace
///
/// JSON Merge Patch (RFC 7396).
#[utoipa::path(patch, path = "/workspaces/{workspace_id}", operation_id = "workspaces.update",
    params(WorkspacePath, IfMatchHeader),
    request_body(content = UpdateWorkspace, description = "What to change.", example = json!({"name": "Help desk"})),
    responses((status = 200, description = "The workspace.", body = Workspace, headers(
        ("ETag" = String, description = "The workspace's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WorkspacePath { workspace_id }): Path<WorkspacePath>,
    IfMatch(precondition): IfMatch,
    Json(UpdateWorkspace(patch)): Json<UpdateWorkspace>,
) -> Result<Response> {
    own(&caller, &workspace_id)?;
    let rows = caller.rows(&app);
    let present = rows.workspaces().find().await.map_err(Error::store)?.ok_or_else(missing)?;
    let before = WorkspaceSettings { name: present.name.clone() };
    let wanted = patch.apply(&before)?;
    if wanted == before {
        precondition.check(present.revision()).map_err(Error::store)?;
        return Ok(tagged(present.revision(), Json(Workspace::new(present, caller.role, &caller))));
    }
    let changed = rows.workspaces().update(&wanted.name, precondition, app.now_ms()).await.map_err(Error::store)?;
    let changed = changed.ok_or_else(missing)?;
    Ok(tagged(changed.revision(), Json(Workspace::new(changed, caller.role, &caller))))
}
