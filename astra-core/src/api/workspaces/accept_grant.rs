//! `workspaces.accept_grant`: borrow an agent that another workspace has offered.

use axum::extract::State;

use crate::app::App;
use crate::error::Result;
use crate::http::workspaces::{Grant, GrantPath, check_own, missing_grant, refused_grant};
use crate::http::{Caller, Json, Path, Problem};

/// Accept a grant
///
/// The agent is in `agents.list` from then on, under the grant's id. To accept again changes nothing.
#[utoipa::path(post, path = "/workspaces/{workspace_id}/grants/{grant_id}/accept", operation_id = "workspaces.accept_grant",
    params(GrantPath),
    responses(
        (status = 200, description = "The grant.", body = Grant),
        (status = 409, description = "The grant has ended (`expired`).", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(State(app): State<App>, caller: Caller, Path(path): Path<GrantPath>) -> Result<Json<Grant>> {
    check_own(&caller, &path.workspace_id)?;
    let now_ms = app.now_ms();
    let accepted = caller.rows(&app).agent_grants().accept(path.grant_id, now_ms).await.map_err(refused_grant)?;
    let (grant, used) = accepted.ok_or_else(missing_grant)?;
    Ok(Json(Grant::of(grant, used, now_ms)))
}
