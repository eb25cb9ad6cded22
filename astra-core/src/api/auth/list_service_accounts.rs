//! `auth.list_service_accounts`: the service accounts of the workspace.

use axum::extract::State;

use super::model::ServiceAccount;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged};

/// List service accounts
///
/// Newest first.
#[utoipa::path(get, path = "/auth/service-accounts", operation_id = "auth.list_service_accounts", params(PageQuery),
    responses((status = 200, description = "A page of service accounts.", body = Page<ServiceAccount>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Paged(request): Paged,
) -> Result<Json<Page<ServiceAccount>>> {
    let page = app.authority.list_service_accounts(&caller, request).await.map_err(Error::auth)?;
    Ok(Json(Page::from_store(page, |account| ServiceAccount::new(app.authority.scopes(), account))))
}
