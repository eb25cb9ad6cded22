//! How connections come about: looked up, reached directly or through a proxy, encrypted by rustls with ring, whatever
//! the host program has or has not installed.

use std::fmt;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::USER_AGENT;
use http::{HeaderMap, Uri};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::GaiResolver;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use rustls::{ClientConfig, RootCertStore};
use tower::{BoxError, Service, ServiceExt as _};

use super::Error;
use super::endpoint::USER_AGENT_VALUE;
use super::guard::{Guard, GuardedResolver};
use super::proxy::Proxy;
use super::socket::Socket;

/// A connection over which nothing is said is asked so often whether it is still there, and so many times.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_RETRIES: u32 = 3;

/// Makes connections. A copy of it costs a reference.
#[derive(Clone)]
pub(super) struct Connector {
    route: Arc<Route>,
    timeout: Duration,
}

type Direct = HttpsConnector<HttpConnector>;

enum Route {
    /// To the place itself.
    Direct(Direct),
    /// To the proxy, which reads the destination from each request.
    Forwarded(Uri, Direct),
    /// Through the proxy, which does not see what goes through.
    Tunnelled(HttpsConnector<Tunnel<Direct>>),
    /// To the place itself, if it may be reached.
    Guarded(Guard, HttpsConnector<HttpConnector<GuardedResolver>>),
}

/// The connection did not come about in time.
#[derive(Debug)]
struct TimedOut;

impl Connector {
    pub(super) fn new(is_https: bool, timeout: Duration, proxy: Option<&Proxy>) -> Result<Self, Error> {
        let tcp = tcp(GaiResolver::new(), timeout);
        let is_proxy_https = proxy.is_some_and(|proxy| proxy.uri.scheme_str() == Some("https"));
        let tls = tls(is_https || is_proxy_https).map_err(|fault| Error::Setup(fault.to_string()))?;
        let route = match proxy {
            None => Route::Direct(HttpsConnector::from((tcp, tls))),
            Some(proxy) if !is_https => Route::Forwarded(proxy.uri.clone(), HttpsConnector::from((tcp, tls))),
            Some(proxy) => {
                // What is spoken to the proxy itself is HTTP/1.1 without any agreement.
                let mut to_proxy = tls.clone();
                to_proxy.alpn_protocols.clear();
                let mut tunnel = Tunnel::new(proxy.uri.clone(), HttpsConnector::from((tcp, to_proxy)));
                if let Some(authorization) = &proxy.authorization {
                    tunnel = tunnel.with_auth(authorization.clone());
                }
                tunnel = tunnel.with_headers(HeaderMap::from_iter([(USER_AGENT, USER_AGENT_VALUE)]));
                Route::Tunnelled(HttpsConnector::from((tunnel, tls)))
            }
        };
        Ok(Self { route: Arc::new(route), timeout })
    }

    /// Connections to what `guard` lets be reached, and to nothing else.
    pub(super) fn guarded(is_https: bool, timeout: Duration, guard: &Guard) -> Result<Self, Error> {
        let tls = tls(is_https).map_err(|fault| Error::Setup(fault.to_string()))?;
        let tcp = tcp(GuardedResolver(guard.clone()), timeout);
        let route = Route::Guarded(guard.clone(), HttpsConnector::from((tcp, tls)));
        Ok(Self { route: Arc::new(route), timeout })
    }
}

fn tcp<R>(resolver: R, timeout: Duration) -> HttpConnector<R> {
    let mut tcp = HttpConnector::new_with_resolver(resolver);
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    // If a name has several addresses each gets its share of the time.
    tcp.set_connect_timeout(Some(timeout));
    tcp.set_keepalive(Some(KEEPALIVE));
    tcp.set_keepalive_interval(Some(KEEPALIVE));
    tcp.set_keepalive_retries(Some(KEEPALIVE_RETRIES));
    tcp
}

/// Reading the machine's root certificates takes milliseconds and fails on a machine that has none, so it is done only
/// if `is_used`.
fn tls(is_used: bool) -> Result<ClientConfig, rustls::Error> {
    let crypto = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(Arc::clone(&crypto)).with_safe_default_protocol_versions()?;
    let mut tls = if is_used {
        let verifier = rustls_platform_verifier::Verifier::new(crypto)?;
        tls.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
    } else {
        tls.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
    };
    // Over HTTP/2 all calls would share one connection, and wait for each other beyond its hundred streams.
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(tls)
}

impl Route {
    async fn connect(&self, to: Uri) -> Result<Socket, BoxError> {
        match self {
            Self::Direct(direct) => Ok(Socket::direct(direct.clone().oneshot(to).await?, false)),
            Self::Forwarded(proxy, direct) => Ok(Socket::direct(direct.clone().oneshot(proxy.clone()).await?, true)),
            Self::Tunnelled(tunnel) => Ok(Socket::tunnelled(tunnel.clone().oneshot(to).await?)),
            Self::Guarded(guard, direct) => {
                // An address is not looked up: the resolver does not see it.
                if let Some(address) = address_of(&to) {
                    guard.check_address(address)?;
                }
                Ok(Socket::direct(direct.clone().oneshot(to).await?, false))
            }
        }
    }
}

/// The host of `to`, if it is an address.
fn address_of(to: &Uri) -> Option<IpAddr> {
    to.host()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

impl Service<Uri> for Connector {
    type Response = Socket;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Socket, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let Self { route, timeout } = self.clone();
        Box::pin(async move { tokio::time::timeout(timeout, route.connect(to)).await.map_err(|_| TimedOut)? })
    }
}

impl fmt::Display for TimedOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("operation timed out")
    }
}

impl std::error::Error for TimedOut {}
