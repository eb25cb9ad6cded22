//! `channels.list`: where people meet agents of the workspace.

use axum::extract::State;

use super::lookup::shown;
use super::model::Channel;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged};

/// List channels
///
/// Newest first.
#[utoipa::path(get, path = "/channels", operation_id = "channels.list", params(PageQuery),
    responses((status = 200, description = "A page of channels.", body = Page<Channel>)))]
pub async fn handler(State(app): State<App>, caller: Caller, Paged(request): Paged) -> Result<Json<Page<Channel>>> {
    let page = app.store.rows(&caller.workspace).channels().page(request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page, |stored| shown(&app, stored))))
}
