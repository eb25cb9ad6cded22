//! `spec.json`: the document as JSON.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::lookup::answer;
use super::model::SpecQuery;
use crate::app::App;
use crate::document::Notation;
use crate::error::Result;
use crate::http::{Caller, IfNoneMatch, Query};

/// Get the OpenAPI document as JSON
///
/// Made from the routes of this gateway: it contains every operation that is served, and no other.
#[utoipa::path(get, path = "/openapi.json", operation_id = "spec.json",
    params(SpecQuery, ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the client's copy of the document.",
        max_length = 1024, pattern = "^[ -~]*$", example = "\"2c26b46b68ffc68ff99b453c1d304134\"")),
    responses(
        (status = 200, description = "The document.", body = Object, content_type = "application/json",
            headers(("ETag" = String, description = "Names these bytes."), ("Cache-Control" = String, description = "Always `private, no-cache`."))),
        (status = 304, description = "The client's copy is current.", headers(("ETag" = String, description = "Names the bytes.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SpecQuery>,
    if_none_match: IfNoneMatch,
    headers: HeaderMap,
) -> Result<Response> {
    answer(&app, &caller, &query, Notation::Json, &if_none_match, &headers)
}
