//! `channels.receive`: what a platform sends.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};

use super::lookup::{answer, not_received};
use super::model::ChannelPath;
use crate::app::App;
use crate::channels::Request;
use crate::error::Result;
use crate::http::{Path, Problem, RawBody};

/// Receive events of a platform
///
/// For platforms alone: the request proves itself by the platform's own signature or secret over its raw body, within
/// five minutes of its time if that is signed. What is in it is on disk when this answers, once for each event id of
/// the platform, and is answered in order per conversation. Handshakes of the platform are answered here too. Up to 4
/// MiB.
#[utoipa::path(post, path = "/channels/{channel_id}/webhook", operation_id = "channels.receive", params(ChannelPath),
    extensions(("x-traits" = json!({"body": "raw", "body_bytes": 4_194_304, "credential": "own", "ignores_unknown": true}))),
    request_body(description = "What the platform sends.", content(
        ("application/json"), ("application/x-www-form-urlencoded"), ("multipart/form-data"), ("text/plain"))),
    responses(
        (status = 200, description = "It is kept, or the platform's handshake is answered.", content(
            (String = "text/plain", example = "ok"),
            (crate::http::AnyJson = "application/json"))),
        (status = 401, description = "The request does not prove that it is of the platform.",
            body = Problem, content_type = "application/problem+json",
            headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 503, description = "The channel cannot be used: send it again later.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    Path(ChannelPath { channel_id }): Path<ChannelPath>,
    headers: HeaderMap,
    uri: Uri,
    body: RawBody,
) -> Result<Response> {
    let request = Request {
        headers,
        query: uri.query().unwrap_or_default().to_owned(),
        body: body.bytes().await?,
        transaction_id: None,
        keys: None,
        at_ms: app.now_ms(),
    };
    app.channels.receive(channel_id, request).await.map(answer).map_err(not_received)
}
