//! Which pages of other origins may call the gateway from a browser (Cross-Origin Resource Sharing, the Fetch standard).
//! Credentials are bearer tokens, which no browser sends by itself, so an allowed origin needs nothing but these headers.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::contract::PathContract;
use crate::config::PublicUrl;

/// What a page may send beside what every page may, if it does not say what it will send.
const REQUEST_HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, traceparent, x-request-id",
);

/// What a page may read beside what every page may.
const ANSWER_HEADERS: HeaderValue = HeaderValue::from_static(
    "accept-encoding, allow, etag, location, mcp-session-id, ratelimit, ratelimit-policy, retry-after, retry-after-ms, www-authenticate, \
     x-request-id, x-should-retry",
);

/// So long may the list of headers be that a page says it will send.
const REQUEST_HEADERS_BYTES: usize = 4 * 1024;

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

    /// Whether `request` comes from no page, from one of an allowed origin, or from one of the host that it was sent to or
    /// that clients know the gateway by.
    #[must_use]
    pub fn covers(&self, request: &Request, public_url: Option<&PublicUrl>) -> bool {
        let headers = request.headers();
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        if self.admit(headers).is_some() {
            return true;
        }
        let Some((origin, page)) = origin.to_str().ok().and_then(|text| Some((text, text.split_once("://")?.1))) else {
            return false;
        };
        let sent_to = request.uri().authority().map(Authority::as_str);
        let sent_to = sent_to.or_else(|| headers.get(header::HOST).and_then(|host| host.to_str().ok()));
        let is_public = |url: &PublicUrl| {
            let (start, rest) = url.as_str().split_at_checked(origin.len()).unwrap_or_default();
            start.eq_ignore_ascii_case(origin) && (rest.is_empty() || rest.starts_with('/'))
        };
        sent_to.is_some_and(|host| host.eq_ignore_ascii_case(page)) || public_url.is_some_and(is_public)
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
    path: Option<&PathContract>,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let origin = origins.admit(request.headers());
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response =
        if is_preflight && origin.is_some() { preflight(path, request.headers()) } else { next(request).await };
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

/// Allows what the page asks for: what it may really do is decided when it does it, and a page that was not let through
/// here could not read why. So the path's own methods and the one that was asked for, and all headers that were named.
fn preflight(path: Option<&PathContract>, asked: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    let known = path.and_then(|path| path.allow.as_ref()).map(|allow| allow.to_str().unwrap_or_default());
    let method = asked.get(header::ACCESS_CONTROL_REQUEST_METHOD).and_then(|method| method.to_str().ok());
    let method = method.filter(|method| !known.is_some_and(|known| known.split(", ").any(|known| known == *method)));
    let methods: Vec<&str> = known.into_iter().chain(method.filter(|method| is_token(method))).collect();
    if let Ok(methods) = HeaderValue::try_from(methods.join(", ")) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    let named = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).filter(|names| is_list_of_names(names));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, named.cloned().unwrap_or(REQUEST_HEADERS));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, REMEMBERED_S);
    response
}

fn is_list_of_names(names: &HeaderValue) -> bool {
    let is_short = names.len() <= REQUEST_HEADERS_BYTES;
    is_short && names.to_str().is_ok_and(|names| names.split(',').all(|name| is_token(name.trim())))
}

/// Whether `text` can be the name of a method or header (RFC 9110, 5.6.2).
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
