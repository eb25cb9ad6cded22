//! `workspaces.revoke_invitation`: the code of an invitation is good no longer.

use axum::extract::State;
use http::StatusCode;

use super::lookup::own;
use super::model::InvitationPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Path};

/// Revoke an invitation
///
/// A user who has joined by it stays. A caller cannot revoke an invitation to a role above its own.
#[utoipa::path(delete, path = "/workspaces/{workspace_id}/invitations/{invitation_id}", operation_id = "workspaces.revoke_invitation",
    params(InvitationPath),
    responses((status = 204, description = "Revoked.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(InvitationPath { workspace_id, invitation_id }): Path<InvitationPath>,
) -> Result<StatusCode> {
    own(&caller, &workspace_id)?;
    app.authority.revoke_invitation(&caller, &invitation_id).await.map_err(Error::auth)?;
    Ok(StatusCode::NO_CONTENT)
}
