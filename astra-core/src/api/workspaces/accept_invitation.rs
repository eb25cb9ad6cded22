//! `workspaces.accept_invitation`: the caller joins another workspace.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::Workspace;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json};

/// The code of an invitation.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AcceptInvitation {
    /// The code.
    #[schema(min_length = 1, max_length = 256, pattern = "^[!-~]+$", example = "0p9zr-4wm8t-kd6xv-c2y1b")]
    code: String,
}

/// Accept an invitation
///
/// The caller's account joins the workspace of the invitation, with the role that it gives; `workspaces.switch` issues tokens
/// for it. The code is good for one account; it stays good if the caller belongs to the workspace already, whose role stays
/// what it is. Only people who signed in join workspaces; a person without an account joins by
/// `auth.register`. A code that has expired, was used or revoked, never was or is for another e-mail address is refused with
/// the same answer.
#[utoipa::path(post, path = "/workspaces/invitations/accept", operation_id = "workspaces.accept_invitation",
    extensions(("x-traits" = json!({"tries_secret": true}))),
    params(IdempotencyHeader),
    request_body(content = AcceptInvitation, description = "The code.", example = json!({"code": "0p9zr-4wm8t-kd6xv-c2y1b"})),
    responses((status = 200, description = "The workspace that the caller belongs to.", body = Workspace)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(AcceptInvitation { code }): Json<AcceptInvitation>,
) -> Result<Json<Workspace>> {
    let joined = app.authority.accept_invitation(&caller, &code, once).await.map_err(Error::auth)?;
    Ok(Json(Workspace::joined(joined, &caller)))
}
