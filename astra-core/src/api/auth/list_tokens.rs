//! `auth.list_tokens`: the tokens of a service account.

use axum::extract::State;

use super::model::{ServiceAccountPath, ServiceToken};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path};

/// List a service account's tokens
///
/// Newest first, each with its last use. The tokens themselves are not stored.
#[utoipa::path(get, path = "/auth/service-accounts/{service_account_id}/tokens", operation_id = "auth.list_tokens",
    params(ServiceAccountPath, PageQuery),
    responses((status = 200, description = "A page of tokens.", body = Page<ServiceToken>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ServiceAccountPath { service_account_id: id }): Path<ServiceAccountPath>,
    Paged(request): Paged,
) -> Result<Json<Page<ServiceToken>>> {
    let page = app.authority.list_tokens(&caller, &id, request).await.map_err(Error::auth)?;
    Ok(Json(Page::from_store(page, |token| ServiceToken::new(app.authority.scopes(), token))))
}
