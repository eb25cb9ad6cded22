//! `workspaces.delete`: the caller's workspace goes, with all that is in it.

use axum::extract::State;
use http::StatusCode;

use super::lookup::own;
use super::model::WorkspacePath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Path, Problem};

/// Delete a workspace
///
/// From the answer on its tokens are refused, it is in no list, its turns and jobs are ended and no work of it begins. Its
/// rows go beside requests, all of them, its audit included. The audit of the gateway's first workspace has two entries of it:
/// who has deleted it, and, when the last row is gone, how many rows there were in each table. An account that belongs to no
/// other workspace goes too. Nothing brings any of it back. The first workspace cannot be deleted.
#[utoipa::path(delete, path = "/workspaces/{workspace_id}", operation_id = "workspaces.delete",
    params(WorkspacePath, IfMatchHeader),
    responses(
        (status = 204, description = "The workspace is deleted."),
        (status = 409, description = "It is the first workspace of the gateway, or the only one.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WorkspacePath { workspace_id }): Path<WorkspacePath>,
    IfMatch(precondition): IfMatch,
) -> Result<StatusCode> {
    own(&caller, &workspace_id)?;
    let open = app.authority.delete_workspace(&caller, precondition).await.map_err(Error::auth)?;
    app.engine.end_here(&open);
    Ok(StatusCode::NO_CONTENT)
}
