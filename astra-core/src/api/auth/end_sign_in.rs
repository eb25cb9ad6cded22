//! `auth.end_sign_in`: end one of the caller's sign-ins.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Path};

/// The sign-in of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SignInPath {
    /// The sign-in's id.
    #[param(example = "fam_06a1b2c3d4e5q")]
    sign_in_id: String,
}

/// End one of the own sign-ins
///
/// Its access and refresh tokens are refused from the next request on. The caller's own sign-in may be ended too, as
/// `auth.logout` does.
#[utoipa::path(delete, path = "/auth/me/sign-ins/{sign_in_id}", operation_id = "auth.end_sign_in", params(SignInPath),
    responses((status = 204, description = "The sign-in was ended.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(SignInPath { sign_in_id }): Path<SignInPath>,
) -> Result<StatusCode> {
    app.authority.end_sign_in(&caller, &sign_in_id).await.map_err(Error::auth)?;
    Ok(StatusCode::NO_CONTENT)
}
