//! The answers of operations that made something, or began it.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::Json;

/// 201 with `body`, and `location` where what was made is found.
pub fn created(location: &str, body: impl Serialize) -> Response {
    located(StatusCode::CREATED, location, body)
}

/// 202 with `body`, and `location` where what was begun is found.
pub fn accepted(location: &str, body: impl Serialize) -> Response {
    located(StatusCode::ACCEPTED, location, body)
}

fn located(status: StatusCode, location: &str, body: impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
