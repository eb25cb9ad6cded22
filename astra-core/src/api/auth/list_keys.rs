//! `auth.list_keys`: the keys that tokens are signed with.

use axum::extract::State;

use super::model::SigningKey;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged};

/// List signing keys
///
/// The keys belong to the installation: owners of its first workspace see them, owners of other workspaces get an empty
/// list. The list is also empty when tokens are signed with a shared secret.
#[utoipa::path(get, path = "/auth/keys", operation_id = "auth.list_keys", params(PageQuery),
    responses((status = 200, description = "A page of keys.", body = Page<SigningKey>)))]
pub async fn handler(State(app): State<App>, caller: Caller, Paged(request): Paged) -> Result<Json<Page<SigningKey>>> {
    let page = app.authority.list_keys(&caller, &request).await.map_err(Error::auth)?;
    Ok(Json(Page::from_store(page, SigningKey::from)))
}
