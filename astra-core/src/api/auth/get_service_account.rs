//! `auth.get_service_account`: one service account.

use axum::extract::State;

use super::model::{ServiceAccount, ServiceAccountPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path};

/// Get a service account
///
/// Its name, role and scopes. `auth.list_tokens` lists its tokens.
#[utoipa::path(get, path = "/auth/service-accounts/{service_account_id}", operation_id = "auth.get_service_account",
    params(ServiceAccountPath),
    responses((status = 200, description = "The account.", body = ServiceAccount)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ServiceAccountPath { service_account_id: id }): Path<ServiceAccountPath>,
) -> Result<Json<ServiceAccount>> {
    let account = app.authority.service_account(&caller, &id).await.map_err(Error::auth)?;
    Ok(Json(ServiceAccount::new(app.authority.scopes(), account)))
}
