//! The HTTP client: a pool of connections to the places that its endpoints name, by HTTP/1.1.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use url::Url;

use super::connect::Connector;
use super::proxy::Proxy;
use super::{Endpoint, Error};
use crate::trace_context::TraceContext;

/// Connections that stay open for the next call. As many as callers may be busy at once, since a connection that is
/// closed after each peak is a handshake at the next.
const IDLE_CONNECTIONS_MAX: usize = 256;
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);

/// A client for `https` or for plain `http`. It follows no redirect: what a request carries goes to the place that was
/// configured and to no other. It tries nothing again but a request that a closed connection did not take.
pub(crate) struct Client {
    is_https: bool,
    connect_timeout: Duration,
    proxy: Option<Proxy>,
    /// Made at the first call: reading the machine's root certificates takes milliseconds.
    pool: OnceLock<Pool>,
}

/// The connections of a client.
pub(super) type Pool = legacy::Client<Connector, Full<Bytes>>;

impl Client {
    /// A client for `https` if `is_https`, else for `http`, which goes through `proxy`.
    pub(crate) fn new(is_https: bool, connect_timeout: Duration, proxy: Option<&Url>) -> Self {
        Self { is_https, connect_timeout, proxy: proxy.map(Proxy::at), pool: OnceLock::new() }
    }

    /// Requests to `url` with `headers` over this client. The names of the host and of this program are added.
    pub(crate) fn endpoint(&self, url: &Url, headers: &HeaderMap) -> Endpoint {
        Endpoint::new(url, headers, self.proxy_authorization(url))
    }

    /// Sends `body` to `endpoint`, with its place in a distributed trace; answers the head of the answer, whatever its status.
    ///
    /// # Errors
    /// When there is no answer.
    pub(crate) async fn post(
        &self,
        endpoint: &Endpoint,
        body: impl Into<Bytes>,
        trace: Option<&TraceContext>,
    ) -> Result<Response<Incoming>, Error> {
        let mut request = endpoint.request(Method::POST, Full::new(body.into()));
        if let Some(trace) = trace {
            trace.add_to(request.headers_mut());
        }
        self.send(request).await
    }

    /// Asks for what is at `endpoint`.
    ///
    /// # Errors
    /// When there is no answer.
    pub(crate) async fn get(&self, endpoint: &Endpoint) -> Result<Response<Incoming>, Error> {
        self.send(endpoint.request(Method::GET, Full::default())).await
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Error> {
        Ok(self.pool()?.request(request).await?)
    }

    fn pool(&self) -> Result<&Pool, Error> {
        if let Some(pool) = self.pool.get() {
            return Ok(pool);
        }
        let connector = Connector::new(self.is_https, self.connect_timeout, self.proxy.as_ref())?;
        // Two calls may both make one at the start; the second is dropped.
        Ok(self.pool.get_or_init(|| pool(connector, IDLE_CONNECTIONS_MAX)))
    }

    /// What a request to `url` says to the proxy. One to `https` says nothing to it: it goes through a tunnel.
    fn proxy_authorization(&self, url: &Url) -> Option<HeaderValue> {
        self.proxy.as_ref().filter(|_| url.scheme() == "http")?.authorization.clone()
    }
}

/// A pool that keeps up to `idle_max` connections to each host for the next call.
pub(super) fn pool(connector: Connector, idle_max: usize) -> Pool {
    legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(idle_max)
        // A request names its host itself.
        .set_host(false)
        .build(connector)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_client_needs_no_installed_provider() {
        assert!(rustls::crypto::CryptoProvider::get_default().is_none());
        for url in ["http://127.0.0.1:1", "https://127.0.0.1:1"] {
            let url = Url::parse(url).unwrap();
            let client = Client::new(url.scheme() == "https", Duration::from_secs(1), None);
            let endpoint = client.endpoint(&url, &HeaderMap::new());
            assert!(matches!(client.get(&endpoint).await, Err(Error::Connect(_) | Error::Setup(_))));
        }
        assert!(rustls::crypto::CryptoProvider::get_default().is_none());
    }
}
