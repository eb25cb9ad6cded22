//! `channels.get_health`: how a channel is.

use axum::extract::State;

use super::lookup::missing;
use super::model::{ChannelHealth, ChannelPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path};

/// Get the health of a channel
///
/// From what came and was sent: the platform is not asked. `channels.check` asks it.
#[utoipa::path(get, path = "/channels/{channel_id}/health", operation_id = "channels.get_health", params(ChannelPath),
    responses((status = 200, description = "How the channel is.", body = ChannelHealth)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ChannelPath { channel_id }): Path<ChannelPath>,
) -> Result<Json<ChannelHealth>> {
    let found = app.store.rows(&caller.workspace).channel_states().find(channel_id).await.map_err(Error::store)?;
    Ok(Json(found.ok_or_else(missing)?.into()))
}
