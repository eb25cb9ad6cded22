//! `auth.delete_service_account`: delete a service account and its tokens.

use axum::extract::State;
use http::StatusCode;

use super::model::ServiceAccountPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Path};

/// Delete a service account
///
/// Its tokens, and the tokens that it got for end users, are refused from the next request on. Sessions and usage stay.
#[utoipa::path(delete, path = "/auth/service-accounts/{service_account_id}", operation_id = "auth.delete_service_account",
    params(ServiceAccountPath),
    responses((status = 204, description = "Deleted.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ServiceAccountPath { service_account_id: id }): Path<ServiceAccountPath>,
) -> Result<StatusCode> {
    app.authority.delete_service_account(&caller, &id).await.map_err(Error::auth)?;
    Ok(StatusCode::NO_CONTENT)
}
