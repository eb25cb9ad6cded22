//! `channels.create_link_code`: the caller is known to a channel.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{find, refused};
use super::model::ChannelPath;
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::Result;
use crate::http::{Caller, Json, Path};

/// A code that links a person of a platform to an account.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelLinkCode {
    /// The code. It is shown only this once.
    #[schema(min_length = 16, max_length = 16, pattern = "^[0-9a-hjkmnp-tv-z]{16}$", example = "8f3kq0x7v2m9c4t1")]
    code: String,
    /// What the person says to the bot in a direct message.
    #[schema(max_length = 64, example = "/link 8f3kq0x7v2m9c4t1")]
    command: String,
    /// Until when the code is good.
    #[schema(example = "2026-11-23T21:17:00.000Z")]
    expires_at: String,
}

/// Create a code that links a person to an account
///
/// Whoever says `/link CODE` to the channel's bot in a direct message is the caller's account from then on: its
/// sessions, its memory, its rights. A code is good once and for ten minutes; a new one ends the one before it.
#[utoipa::path(post, path = "/channels/{channel_id}/link-codes", operation_id = "channels.create_link_code",
    params(ChannelPath),
    responses((status = 201, description = "The code.", body = ChannelLinkCode, headers(
        ("Cache-Control" = String, description = "Always `no-store`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ChannelPath { channel_id }): Path<ChannelPath>,
) -> Result<Response> {
    find(&app, &caller, channel_id).await?;
    let offered = app.channels.offer_link(&caller.rows(&app), channel_id, &caller.subject).await;
    let (code, expires_at_ms) = offered.map_err(refused)?;
    let command = format!("/link {code}");
    let made = Json(ChannelLinkCode { code, command, expires_at: rfc3339(expires_at_ms) });
    let mut response = axum::response::IntoResponse::into_response((StatusCode::CREATED, made));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
