//! `workspaces.create_invitation`: a code by which one person joins the caller's workspace.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{own, secret};
use super::model::{Invitation, WorkspacePath};
use crate::app::App;
use crate::auth::{NewInvitation, Role};
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Path, Problem, console_address, created};

/// A new invitation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateInvitation {
    /// The role that it gives, not above the caller's.
    role: Role,
    /// The e-mail address of the only account that may accept it; by default, every account that has the code may.
    #[schema(
        value_type = String,
        min_length = 3,
        max_length = 254,
        pattern = r"^[^\s\x00-\x1f\x7f\u0080-\u009f@]+@[^\s\x00-\x1f\x7f\u0080-\u009f@.][^\s\x00-\x1f\x7f\u0080-\u009f@]*$",
        example = "bob@example.org"
    )]
    #[serde(default)]
    email: Option<String>,
    /// How long it is good, in seconds; by default seven days.
    #[schema(value_type = u32, minimum = 60, maximum = 2_592_000, default = 604_800, example = 86_400)]
    #[serde(default)]
    expires_in_s: Option<u32>,
}

/// A new invitation with its code.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InvitationWithCode {
    /// The code, which is shown only this once.
    #[schema(max_length = 64, pattern = "^[0-9a-z-]+$", example = "0p9zr-4wm8t-kd6xv-c2y1b")]
    code: String,
    /// The page where the person accepts it, with the code in its fragment: that of `auth.invitation_page`, by default the
    /// console's. Null if the gateway does not know its `public_url` either, or has no console.
    #[schema(max_length = 66_000, example = "https://app.example.com/join#invitation=0p9zr-4wm8t-kd6xv-c2y1b")]
    link: Option<String>,
    /// What the gateway stores about it.
    invitation: Invitation,
}

/// Create an invitation
///
/// One person joins the workspace by its code: with `auth.register`, also where registration is closed, or with
/// `workspaces.accept_invitation` if it has an account. The gateway sends no e-mail: give the code, or the link, to the
/// person. The invitation is good as long as the caller's account may itself invite to the role.
#[utoipa::path(post, path = "/workspaces/{workspace_id}/invitations", operation_id = "workspaces.create_invitation",
    params(WorkspacePath, IdempotencyHeader),
    request_body(content = CreateInvitation, description = "The invitation.", example = json!({"role": "member", "expires_in_s": 86_400})),
    responses(
        (status = 201, description = "The invitation with its code.", body = InvitationWithCode, headers(
            ("Location" = String, description = "Where the invitation is revoked."),
            ("Cache-Control" = String, description = "Always `no-store`."))),
        (status = 409, description = "As many invitations are open as may be, or a host program decides who belongs to the workspace.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(WorkspacePath { workspace_id }): Path<WorkspacePath>,
    Idempotency(once): Idempotency,
    Json(CreateInvitation { role, email, expires_in_s }): Json<CreateInvitation>,
) -> Result<Response> {
    own(&caller, &workspace_id)?;
    let new = NewInvitation { role, email, expires_in_s };
    let issued = app.authority.create_invitation(&caller, new, once).await.map_err(Error::auth)?;
    let location = format!("/workspaces/{workspace_id}/invitations/{}", issued.invitation.id);
    let page = app.config.auth.invitation_page.as_ref().map(ToString::to_string);
    let page = page.or_else(|| console_address(&app.config, "/invitation"));
    let link = page.map(|page| format!("{page}#invitation={}", issued.code));
    let body = InvitationWithCode { code: issued.code, link, invitation: Invitation::from(issued.invitation) };
    Ok(secret(created(&location, body)))
}
