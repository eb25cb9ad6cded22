//! `channels.list_messages`: what came to a channel, and what came of it.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::lookup::find;
use super::model::{ChannelMessage, ChannelMessageStatus, ChannelPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Path, Query};

/// Which messages to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ChannelMessagesQuery {
    /// Only those of this status.
    #[param(example = "failed")]
    status: Option<ChannelMessageStatus>,
}

/// List the messages of a channel
///
/// Newest first: all events that the platform has sent, those that are ignored too. They are kept for
/// `channels.keep_days` of the gateway's configuration, without what was said in them, which is in the sessions.
#[utoipa::path(get, path = "/channels/{channel_id}/messages", operation_id = "channels.list_messages",
    params(ChannelPath, PageQuery, ChannelMessagesQuery),
    responses((status = 200, description = "A page of messages.", body = Page<ChannelMessage>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ChannelPath { channel_id }): Path<ChannelPath>,
    Query(query): Query<ChannelMessagesQuery>,
    Paged(request): Paged,
) -> Result<Json<Page<ChannelMessage>>> {
    find(&app, &caller, channel_id).await?;
    let rows = app.store.rows(&caller.workspace);
    let page = rows.channel_inbox().page(channel_id, query.status.map(Into::into), request).await;
    Ok(Json(Page::from_store(page.map_err(Error::store)?, ChannelMessage::from)))
}
