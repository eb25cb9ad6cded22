//! `auth.change_password`: another password for the caller's account.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{CalledFrom, Caller, Json, Problem};

/// The present password and the next one.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ChangePassword {
    /// The present password.
    #[schema(min_length = 1, max_length = 1024, pattern = r"^[^\x00]*$", example = "correct horse battery")]
    current_password: String,
    /// The next password: 12 characters at least, of any kind.
    #[schema(min_length = 12, max_length = 1024, pattern = r"^[^\x00]*$", example = "battery horse correct")]
    new_password: String,
}

/// Change the password
///
/// Ends all other sign-ins of the account, in every workspace: their access and refresh tokens are refused from the next
/// request on. The caller's own sign-in goes on. A wrong present password counts as a failed attempt to sign in.
#[utoipa::path(put, path = "/auth/me/password", operation_id = "auth.change_password",
    extensions(("x-traits" = json!({"tries_secret": true}))),
    request_body(content = ChangePassword, description = "Both passwords.", example = json!({"current_password": "correct horse battery", "new_password": "battery horse correct"})),
    responses(
        (status = 204, description = "The new password counts from now on."),
        (status = 409, description = "The account has no password, or it was changed by another request.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    CalledFrom(source): CalledFrom,
    Json(change): Json<ChangePassword>,
) -> Result<StatusCode> {
    let passwords = (change.current_password, change.new_password);
    app.authority.change_password(&caller, passwords, &source).await.map_err(Error::auth)?;
    Ok(StatusCode::NO_CONTENT)
}
