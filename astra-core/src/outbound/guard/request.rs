//! A request to a URL that comes from outside.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use super::{Refusal, parse};
use crate::outbound::RetryPolicy;
use crate::outbound::own_headers::is_framing;

/// A request takes no longer, to the end of its answer, unless it says so.
const TIMEOUT: Duration = Duration::from_secs(30);
/// No request follows more redirects.
const REDIRECTS_MAX: u32 = 20;
/// A request to a URL that comes from outside. It follows no redirect and is sent once unless it says otherwise.
#[derive(Debug, Clone)]
pub struct GuardedRequest {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) redirects_max: u32,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) timeout: Duration,
}

impl GuardedRequest {
    /// A request of `method` to `url`, without headers and body.
    ///
    /// # Errors
    /// If it is no URL; whether it may be called is decided when the request is sent.
    pub fn new(method: Method, url: &str) -> Result<Self, Refusal> {
        Ok(Self {
            method,
            url: parse(url)?,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            redirects_max: 0,
            retry: None,
            timeout: TIMEOUT,
        })
    }

    /// Sets a header. `Authorization`, `Cookie` and values that are marked as sensitive do not follow a redirect to
    /// another origin.
    ///
    /// # Errors
    /// [`Refusal::Header`] for one that says how the request is sent, such as `Host`.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Result<Self, Refusal> {
        if is_framing(name.as_str()) {
            return Err(Refusal::Header(name));
        }
        self.headers.insert(name, value);
        Ok(self)
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Follows up to `redirects_max` redirects, at most 20; the guard decides over each.
    #[must_use]
    pub fn follow_redirects(mut self, redirects_max: u32) -> Self {
        self.redirects_max = redirects_max.min(REDIRECTS_MAX);
        self
    }

    /// Sends the request again, as `policy` says, when it fails on its way or its answer is
    /// [transient](crate::outbound::is_transient): it must be one that may arrive twice. What the guard refuses is not
    /// tried again.
    #[must_use]
    pub const fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Bounds the time of all tries and redirects, to the last byte of the answer; by default 30 s.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}
