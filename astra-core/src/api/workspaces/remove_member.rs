//! `workspaces.remove_member`: a member leaves the caller's workspace, or is removed from it.

use axum::extract::State;
use http::StatusCode;

use super::lookup::own;
use super::model::MemberPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Path, Problem};

/// Remove a member
///
/// Its sign-ins in the workspace end: their tokens are refused from the next request on. What it made for the workspace stays,
/// and so does what the workspace keeps of it, until `memory.purge_user` removes that. Admins and owners remove members, none of
/// a higher role than their own; every member may remove itself, unless it belongs to no other workspace. The account of a
/// person who is removed from its only workspace is deleted. The last owner stays.
#[utoipa::path(delete, path = "/workspaces/{workspace_id}/members/{user_id}", operation_id = "workspaces.remove_member",
    params(MemberPath),
    responses(
        (status = 204, description = "The user is no member any more."),
        (status = 409, description = "The member is the last owner of the workspace, or leaves the only workspace of its account.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(MemberPath { workspace_id, user_id }): Path<MemberPath>,
) -> Result<StatusCode> {
    own(&caller, &workspace_id)?;
    app.authority.remove_member(&caller, &user_id).await.map_err(Error::auth)?;
    Ok(StatusCode::NO_CONTENT)
}
