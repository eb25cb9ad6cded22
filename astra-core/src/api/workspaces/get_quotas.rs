//! `workspaces.get_quotas`: what all turns of the workspace together may use, and what they have used.

use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::engine::WorkspaceQuotaWindow;
use crate::error::{Error, Result};
use crate::http::workspaces::{WorkspacePolicyPath, WorkspaceQuotaState, check_own, revision};
use crate::http::{Caller, Json, Path, tagged};
use crate::store::PolicyKind;

/// Get the quotas of the workspace
///
/// The quotas of all turns together, beside what was used in the present periods. The quotas of agents are theirs:
/// `agents.usage` shows them.
#[utoipa::path(get, path = "/workspaces/{workspace_id}/quotas", operation_id = "workspaces.get_quotas",
    params(WorkspacePolicyPath),
    responses((status = 200, description = "Quotas and use.", body = WorkspaceQuotaState, headers(
        ("ETag" = String, description = "The state of the quotas, for `If-Match`; what was used is no part of it.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<WorkspacePolicyPath>,
) -> Result<Response> {
    check_own(&caller, &path.workspace_id)?;
    let (rows, window) = (app.store.rows(&caller.workspace), WorkspaceQuotaWindow::at(app.now_ms()));
    let stored = rows.workspace_policies().find(PolicyKind::Quotas).await.map_err(Error::store)?;
    let used = rows.usage().of_workspace(window.periods).await.map_err(Error::store)?;
    Ok(tagged(revision(stored.as_ref()), Json(WorkspaceQuotaState::read(stored, used, &window)?)))
}
