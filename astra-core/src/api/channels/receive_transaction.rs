//! `channels.receive_transaction`: what a Matrix homeserver sends.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};
use serde::Deserialize;
use utoipa::IntoParams;

use super::lookup::{answer, not_received};
use crate::app::App;
use crate::channels::Request;
use crate::error::Result;
use crate::http::{Path, Problem, RawBody};
use crate::ids::ChannelId;

/// The transaction of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TransactionPath {
    /// The channel's id.
    #[param(value_type = String, example = "chn_06a1b2c3d4e5q")]
    pub channel_id: ChannelId,
    /// The homeserver's id of the transaction.
    #[param(min_length = 1, max_length = 255, pattern = r"^[^\x00/]+$", example = "35")]
    pub txn_id: String,
}

/// Receive a transaction of a homeserver
///
/// For Matrix homeservers alone, by the API of application services: `https://<gateway>/channels/<id>` is the `url` of
/// the registration, whose `hs_token` proves the request. What is in it is on disk when this answers, once for each
/// event id. Up to 4 MiB.
#[utoipa::path(put, path = "/channels/{channel_id}/_matrix/app/v1/transactions/{txn_id}",
    operation_id = "channels.receive_transaction", params(TransactionPath),
    extensions(("x-traits" = json!({"body": "raw", "body_bytes": 4_194_304, "credential": "own", "ignores_unknown": true}))),
    request_body(description = "The events.", content(("application/json"))),
    responses(
        (status = 200, description = "They are kept.", content(
            (String = "text/plain", example = "ok"),
            (crate::http::AnyJson = "application/json"))),
        (status = 401, description = "The request does not prove that it is of the homeserver.",
            body = Problem, content_type = "application/problem+json",
            headers(("WWW-Authenticate" = String, description = "Bearer"))),
        (status = 503, description = "The channel cannot be used: send it again later.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    Path(TransactionPath { channel_id, txn_id }): Path<TransactionPath>,
    headers: HeaderMap,
    uri: Uri,
    body: RawBody,
) -> Result<Response> {
    let request = Request {
        headers,
        query: uri.query().unwrap_or_default().to_owned(),
        body: body.bytes().await?,
        transaction_id: Some(txn_id),
        keys: None,
        at_ms: app.now_ms(),
    };
    app.channels.receive(channel_id, request).await.map(answer).map_err(not_received)
}
