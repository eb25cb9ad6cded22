//! `auth.register`: make an account and sign in.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::secret;
use super::model::Tokens;
use crate::app::App;
use crate::auth::{Registration, Request, Role};
use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::http::record::RequestId;
use crate::http::{CalledFrom, Json, Problem, created};

/// Its id, for the audit.
const OPERATION: &str = "auth.register";

/// A new account.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Register {
    /// The e-mail address; case does not matter.
    #[schema(
        min_length = 3,
        max_length = 254,
        pattern = r"^[^\s\x00-\x1f\x7f\u0080-\u009f@]+@[^\s\x00-\x1f\x7f\u0080-\u009f@.][^\s\x00-\x1f\x7f\u0080-\u009f@]*$",
        example = "ada@example.org"
    )]
    email: String,
    /// The password: 12 characters at least, of any kind.
    #[schema(min_length = 12, max_length = 1024, pattern = r"^[^\x00]*$", example = "correct horse battery")]
    password: String,
    /// The person's name.
    #[schema(value_type = String, min_length = 1, max_length = 128, pattern = r"^[^\x00-\x1f\x7f]*$", example = "Ada")]
    #[serde(default)]
    display_name: Option<String>,
    /// The set-up code, which `astra serve` prints until the gateway has an owner; it makes the account the owner's.
    #[schema(value_type = String, min_length = 1, max_length = 256, pattern = "^[!-~]+$", example = "7k3mf-q9x2c-01vbn-h8rjt")]
    #[serde(default)]
    setup_code: Option<String>,
    /// The code of an invitation (`workspaces.create_invitation`); it makes the account a member of that workspace, whether
    /// registration is open or closed.
    #[schema(value_type = String, min_length = 1, max_length = 256, pattern = "^[!-~]+$", example = "0p9zr-4wm8t-kd6xv-c2y1b")]
    #[serde(default)]
    invitation: Option<String>,
}

/// A new account and its tokens.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Registered {
    /// The account.
    pub user: User,
    /// Its first access and refresh token.
    pub tokens: Tokens,
}

/// A person's account in a workspace.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// The user's id.
    #[schema(example = "usr_06a1b2c3d4e5q")]
    pub id: String,
    /// The e-mail address, in lower case.
    #[schema(max_length = 254, example = "ada@example.org")]
    pub email: Option<String>,
    /// The person's name.
    #[schema(max_length = 128, example = "Ada")]
    pub display_name: Option<String>,
    /// The workspace.
    #[schema(example = "wsp_06a1b2c3d4e5q")]
    pub workspace_id: String,
    /// The role in it.
    pub role: Role,
    /// When the account was created.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
}

/// Create an account
///
/// While the gateway has no owner, the set-up code creates the owner of the first workspace. `astra serve` prints the
/// code when it starts; the code ends with the first owner, whichever way that owner was created. Afterwards
/// registration is closed unless the configuration opens it (`auth.open_registration`): then the account becomes a
/// member of the first workspace. With the code of an invitation the account becomes a member of that workspace, with the
/// role that the invitation gives. An e-mail address can register once: a client that lost the answer signs in. An existing
/// account joins by `workspaces.accept_invitation`.
#[utoipa::path(post, path = "/auth/register", operation_id = "auth.register",
    extensions(("x-traits" = json!({"tries_secret": true}))),
    request_body(content = Register, description = "The account.", example = json!({"email": "ada@example.org", "password": "correct horse battery", "setup_code": "7k3mf-q9x2c-01vbn-h8rjt"})),
    responses(
        (status = 201, description = "The account and its tokens.", body = Registered,
            headers(("Location" = String, description = "Where the account describes itself."), ("Cache-Control" = String, description = "Always `no-store`."))),
        (status = 403, description = "Registration is closed, the set-up code is missing or wrong, or the invitation is not good.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "An account with this e-mail address exists.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    CalledFrom(source): CalledFrom,
    RequestId(request_id): RequestId,
    Json(new): Json<Register>,
) -> Result<Response> {
    let Register { email, password, display_name, setup_code, invitation } = new;
    let new = Registration { email, password, display_name, setup_code, invitation };
    let request = Request { operation: OPERATION, id: &request_id, address: None };
    let (member, granted) = app.authority.register(new, request, &source).await.map_err(Error::auth)?;
    let user = User {
        id: member.user_id,
        email: member.email,
        display_name: member.display_name,
        workspace_id: member.workspace.as_str().to_owned(),
        role: Role::known(&member.role),
        created_at: rfc3339(member.created_at),
    };
    Ok(secret(created("/auth/me", Registered { user, tokens: Tokens::new(granted) })))
}
