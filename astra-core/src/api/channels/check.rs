//! `channels.check`: ask the platform whether the credentials are good.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{find, refused};
use super::model::{ChannelIdentity, ChannelPath};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Json, Path, Problem};

/// What the platform has said.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelCheck {
    /// Whether it takes the credentials, and the webhook's URL if it was entered.
    #[schema(example = true)]
    is_ok: bool,
    /// Who the bot is there; null if the credentials are not good.
    identity: Option<ChannelIdentity>,
    /// Why the credentials are not good, or the URL was not entered.
    #[schema(max_length = 2048, example = "invalid_auth")]
    error: Option<String>,
    /// Whether the gateway has entered the webhook's URL at the platform. Of platforms that do not let that be done,
    /// and of a gateway without a `public_url`, people enter it.
    #[schema(example = false)]
    has_entered_url: bool,
}

/// Check a channel
///
/// A real call of the platform's API, which has no effect that people see. Where the platform lets it be done, the
/// webhook's URL is entered there too. Who the bot is is kept: by it the bot's own messages and mentions of it are
/// recognised.
#[utoipa::path(post, path = "/channels/{channel_id}/check", operation_id = "channels.check", params(ChannelPath),
    responses(
        (status = 200, description = "What the platform has said, good or bad.", body = ChannelCheck),
        (status = 409, description = "The channel's secrets were sealed with another master key.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ChannelPath { channel_id }): Path<ChannelPath>,
) -> Result<Json<ChannelCheck>> {
    let channel = find(&app, &caller, channel_id).await?;
    let checked = app.channels.check(&caller.rows(&app), &channel).await.map_err(refused)?;
    let (identity, fault) = match checked.identity {
        Ok(identity) => (Some(ChannelIdentity::from(identity)), None),
        Err(fault) => (None, Some(fault)),
    };
    let has_entered_url = matches!(checked.entered, Some(Ok(())));
    let error = fault.or_else(|| checked.entered.and_then(std::result::Result::err));
    Ok(Json(ChannelCheck { is_ok: error.is_none(), identity, error, has_entered_url }))
}
