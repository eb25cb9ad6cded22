//! Which pages of other origins may call the gateway from a browser (Cross-Origin Resource Sharing, the Fetch standard).
//! Credentials are bearer tokens, which no browser sends by itself, so an allowed origin needs nothing but these headers.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::contract::PathContract;

/// What a page may send beside what every page may.
const REQUEST_HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, traceparent, x-request-id",
);

/// What a page may read beside what every page may.
const ANSWER_HEADERS: HeaderValue = HeaderValue::from_static(
    "etag, location, ratelimit, ratelimit-policy, retry-after, www-authenticate, x-request-id",
);

/// How long a browser may remember what it was allowed, in seconds.
const REMEMBERED_S: HeaderValue = HeaderValue::from_static("600");

/// The origins that the configuration allows.
#[derive(Debug, Clone)]
pub struct Origins(Arc<[String]>);

impl Origins {
    /// The origins of `allowed`; `*` is every one.
    #[must_use]
    pub fn new(allowed: &[String]) -> Self {
        Self(allowed.into())
    }

    /// The request's origin, if it is an allowed one.
    fn admit(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        let is_allowed = |allowed: &String| allowed == "*" || allowed.as_bytes() == origin.as_bytes();
        self.0.iter().any(is_allowed).then(|| origin.clone())
    }
}

/// The layer: answers the question that a browser asks beforehand, and marks the answers that a page may read.
pub async fn share<F: Future<Output = Response>>(
    origins: &Origins,
    path: &PathContract,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let origin = origins.admit(request.headers());
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight && origin.is_some() { preflight(path) } else { next(request).await };
    if !origins.0.is_empty() {
        // A cache must not hand one origin's answer to another.
        response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    }
    if let Some(origin) = origin {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, ANSWER_HEADERS);
    }
    response
}

fn preflight(path: &PathContract) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, path.allow.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, REMEMBERED_S);
    response
}
