//! `workspaces.get_restrictions`: the providers and models that the workspace may ask.

use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::workspaces::{WorkspacePolicyPath, WorkspaceRestrictions, check_own, revision};
use crate::http::{Caller, Json, Path, tagged};
use crate::store::PolicyKind;

/// Get the restrictions of the workspace
///
/// The providers and models that may be asked; null for all.
#[utoipa::path(get, path = "/workspaces/{workspace_id}/restrictions", operation_id = "workspaces.get_restrictions",
    params(WorkspacePolicyPath),
    responses((status = 200, description = "The restrictions.", body = WorkspaceRestrictions, headers(
        ("ETag" = String, description = "The state of the restrictions, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<WorkspacePolicyPath>,
) -> Result<Response> {
    check_own(&caller, &path.workspace_id)?;
    let stored = app.store.rows(&caller.workspace).workspace_policies().find(PolicyKind::Restrictions).await;
    let stored = stored.map_err(Error::store)?;
    Ok(tagged(revision(stored.as_ref()), Json(WorkspaceRestrictions::read(stored)?)))
}
