//! `auth.create_login_code`: a code by which the caller signs in once more.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::secret;
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Problem};

/// A code that signs in once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LoginCode {
    /// The code, for the grant `login_code` of `auth.token`. It is shown only this once.
    #[schema(max_length = 64, pattern = "^[A-Za-z0-9_-]+$", example = "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg")]
    pub code: String,
    /// When it expires: a minute after it was made.
    #[schema(example = "2026-11-23T21:08:00.000Z")]
    pub expires_at: String,
}

/// Create a login code
///
/// The code signs the caller in once more, such as in a browser, without its password: to the same workspace, with no
/// scope that the caller's token lacks, and until the caller's sign-in would end at the latest. It is good once, for a
/// minute, and as long as the caller's sign-in goes on. It belongs into the fragment of an address, which browsers send
/// to no server. An account has at most ten codes at a time; a further one ends the oldest.
#[utoipa::path(post, path = "/auth/login-codes", operation_id = "auth.create_login_code",
    responses(
        (status = 201, description = "The code.", body = LoginCode, headers(("Cache-Control" = String, description = "Always `no-store`."))),
        (status = 409, description = "The caller did not sign in, such as a service account.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Response> {
    let issued = app.authority.create_login_code(&caller).await.map_err(Error::auth)?;
    let code = LoginCode { code: issued.code, expires_at: rfc3339(issued.expires_at) };
    Ok(secret((StatusCode::CREATED, Json(code)).into_response()))
}
