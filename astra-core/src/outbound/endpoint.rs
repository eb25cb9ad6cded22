//! Where requests go and what stands in their heads: made once, so that a call copies nothing but references.

use http::header::{Entry, HOST, PROXY_AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use url::Url;

pub(super) const USER_AGENT_VALUE: HeaderValue = HeaderValue::from_static(concat!("astra/", env!("CARGO_PKG_VERSION")));

/// The target of requests that are alike but for their bodies.
#[derive(Debug)]
pub(crate) struct Endpoint {
    uri: Uri,
    headers: HeaderMap,
}

impl Endpoint {
    /// Requests to `url` with `headers`, which say `proxy_authorization` to the proxy. The names of the host and of this program
    /// are added.
    pub(super) fn new(url: &Url, headers: &HeaderMap, proxy_authorization: Option<HeaderValue>) -> Self {
        // What is no URI here (see `is_sendable`) has no host either, and no request of it leaves.
        let uri = Uri::try_from(url.as_str()).unwrap_or_default();
        let mut all = HeaderMap::with_capacity(headers.len() + 3);
        if let Some(host) = host_of(url) {
            all.insert(HOST, host);
        }
        all.extend(headers.clone());
        all.entry(USER_AGENT).or_insert(USER_AGENT_VALUE);
        if let (Entry::Vacant(place), Some(value)) = (all.entry(PROXY_AUTHORIZATION), proxy_authorization) {
            place.insert(value);
        }
        Self { uri, headers: all }
    }

    pub(super) fn request<B>(&self, method: Method, body: B) -> Request<B> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

/// Whether a request can be sent to `url`: a URL's host may have characters that no request can name.
pub(crate) fn is_sendable(url: &Url) -> bool {
    Uri::try_from(url.as_str()).is_ok_and(|uri| uri.host().is_some())
}

/// The host and, unless it is its scheme's own, the port.
pub(super) fn host_of(url: &Url) -> Option<HeaderValue> {
    let host = url.host_str()?;
    match url.port() {
        Some(port) => HeaderValue::try_from(format!("{host}:{port}")).ok(),
        None => HeaderValue::from_str(host).ok(),
    }
}
