//! `webhooks.list`: where events of the workspace are sent.

use axum::extract::State;

use super::model::Webhook;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged};

/// List webhooks
///
/// Newest first.
#[utoipa::path(get, path = "/webhooks", operation_id = "webhooks.list", params(PageQuery),
    responses((status = 200, description = "A page of webhooks.", body = Page<Webhook>)))]
pub async fn handler(State(app): State<App>, caller: Caller, Paged(request): Paged) -> Result<Json<Page<Webhook>>> {
    let page = app.store.rows(&caller.workspace).webhooks().page(request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page, Webhook::from)))
}
