//! `channels.delete`: people do not meet agents there any more.

use axum::extract::State;
use http::StatusCode;

use super::lookup::missing;
use super::model::ChannelPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Path};

/// Delete a channel
///
/// Messages that wait are not answered any more; a part of an answer that is under way comes to its end. The sessions stay.
#[utoipa::path(delete, path = "/channels/{channel_id}", operation_id = "channels.delete", params(ChannelPath, IfMatchHeader),
    responses((status = 204, description = "Deleted.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ChannelPath { channel_id }): Path<ChannelPath>,
    IfMatch(precondition): IfMatch,
) -> Result<StatusCode> {
    let deleted = caller.rows(&app).channels().delete(channel_id, precondition).await;
    if deleted.map_err(Error::store)? { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}
