//! `auth.logout`: end the caller's sign-in.

use axum::extract::State;
use http::StatusCode;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Problem};

/// Sign out
///
/// Ends the sign-in that the caller's token belongs to: its access and refresh tokens are refused from the next request
/// on. Other sign-ins of the same person continue. Tokens of service accounts are ended by `auth.revoke_token`.
#[utoipa::path(post, path = "/auth/logout", operation_id = "auth.logout",
    responses(
        (status = 204, description = "The sign-in was ended."),
        (status = 409, description = "The caller's token does not belong to a sign-in.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(State(app): State<App>, caller: Caller) -> Result<StatusCode> {
    app.authority.sign_out(&caller).await.map_err(Error::auth)?;
    Ok(StatusCode::NO_CONTENT)
}
