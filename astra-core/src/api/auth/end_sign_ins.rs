//! `auth.end_sign_ins`: end all of the caller's sign-ins.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Problem, Query};

/// Which sign-ins end.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct EndSignInsQuery {
    /// Whether the caller's own sign-in goes on; false by default.
    #[param(default = false, example = true)]
    keep_current: Option<bool>,
}

/// End all own sign-ins
///
/// Ends the sign-ins of the caller's account in all of its workspaces: their access and refresh tokens are refused from the
/// next request on. The caller's own ends too, unless `keep_current` is true. Tokens of service accounts are ended by
/// `auth.revoke_token`.
#[utoipa::path(delete, path = "/auth/me/sign-ins", operation_id = "auth.end_sign_ins", params(EndSignInsQuery),
    responses(
        (status = 204, description = "The sign-ins were ended."),
        (status = 409, description = "The caller's token does not belong to a sign-in.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<EndSignInsQuery>,
) -> Result<StatusCode> {
    let keep_own = query.keep_current.unwrap_or_default();
    app.authority.end_sign_ins(&caller, keep_own).await.map_err(Error::auth)?;
    Ok(StatusCode::NO_CONTENT)
}
