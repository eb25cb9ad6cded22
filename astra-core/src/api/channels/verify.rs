//! `channels.verify`: the handshake of a platform by GET.

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Uri};

use super::lookup::{answer, not_received};
use super::model::ChannelPath;
use crate::app::App;
use crate::channels::Request;
use crate::error::Result;
use crate::http::{Path, Problem};

/// Answer a platform's handshake
///
/// For platforms alone, such as WhatsApp, which sends a challenge with the channel's verify token when the URL is
/// entered there.
#[utoipa::path(get, path = "/channels/{channel_id}/webhook", operation_id = "channels.verify", params(ChannelPath),
    extensions(("x-traits" = json!({"credential": "own", "ignores_unknown": true}))),
    responses(
        (status = 200, description = "What the platform wants to read.", content(
            (String = "text/plain", example = "1158201444"),
            (crate::http::AnyJson = "application/json"))),
        (status = 401, description = "The verify token is not the channel's.",
            body = Problem, content_type = "application/problem+json",
            headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 503, description = "The channel cannot be used.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    Path(ChannelPath { channel_id }): Path<ChannelPath>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response> {
    let request = Request {
        headers,
        query: uri.query().unwrap_or_default().to_owned(),
        body: Bytes::new(),
        transaction_id: None,
        keys: None,
        at_ms: app.now_ms(),
    };
    app.channels.greet(channel_id, &request).await.map(answer).map_err(not_received)
}
