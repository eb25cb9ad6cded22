//! `workspaces.put_member`: another role for a member of the caller's workspace.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::own;
use super::model::{Member, MemberPath};
use crate::app::App;
use crate::auth::Role;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path, Problem};

/// What a member is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PutMember {
    /// The role in the workspace, not above the caller's.
    role: Role,
}

/// Set a member's role
///
/// What the member loses, its tokens lose with the next request. What it gains, it gains with its next sign-in. A caller
/// changes no member of a higher role than its own, and gives none. The last owner keeps its role. A user who is not a member
/// is not found: members are added by invitations (`workspaces.create_invitation`).
#[utoipa::path(put, path = "/workspaces/{workspace_id}/members/{user_id}", operation_id = "workspaces.put_member",
    params(MemberPath),
    request_body(content = PutMember, description = "The role.", example = json!({"role": "admin"})),
    responses(
        (status = 200, description = "The member.", body = Member),
        (status = 409, description = "The member is the last owner of the workspace.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(MemberPath { workspace_id, user_id }): Path<MemberPath>,
    Json(PutMember { role }): Json<PutMember>,
) -> Result<Json<Member>> {
    own(&caller, &workspace_id)?;
    let member = app.authority.change_member(&caller, &user_id, role).await.map_err(Error::auth)?;
    Ok(Json(Member::from(member)))
}
