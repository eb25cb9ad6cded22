//! `channels.get`: where people meet agents, and what must be done at the platform.

use axum::extract::State;
use axum::response::Response;

use super::lookup::{find, shown};
use super::model::{Channel, ChannelPath};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Json, Path, tagged};

/// Get a channel
///
/// Its secrets are not shown.
#[utoipa::path(get, path = "/channels/{channel_id}", operation_id = "channels.get", params(ChannelPath),
    responses((status = 200, description = "The channel.", body = Channel, headers(
        ("ETag" = String, description = "The channel's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ChannelPath { channel_id }): Path<ChannelPath>,
) -> Result<Response> {
    let channel = find(&app, &caller, channel_id).await?;
    Ok(tagged(channel.revision(), Json(shown(&app, channel))))
}
