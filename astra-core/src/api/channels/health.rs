//! `channels.health`: how the channels of the workspace are.

use axum::extract::State;

use super::model::ChannelHealth;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged};

/// List the health of channels
///
/// Newest channels first. From what came and was sent: no platform is asked.
#[utoipa::path(get, path = "/channels/health", operation_id = "channels.health", params(PageQuery),
    responses((status = 200, description = "A page of how channels are.", body = Page<ChannelHealth>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Paged(request): Paged,
) -> Result<Json<Page<ChannelHealth>>> {
    let page = app.store.rows(&caller.workspace).channel_states().page(request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page, ChannelHealth::from)))
}
