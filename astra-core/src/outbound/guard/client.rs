//! The client for URLs that come from outside.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, HOST, USER_AGENT};
use http::{HeaderValue, Request, Uri};
use http_body_util::Full;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use url::Url;

use super::redirect::Hop;
use super::{
    Guard, GuardedError, GuardedRequest, GuardedResolver, GuardedResponse, Refusal, Resolve, SystemResolver, parse,
};
use crate::clock::{Clock, SystemClock};
use crate::config::OutboundConfig;
use crate::outbound::client::{Pool, pool};
use crate::outbound::connect::Connector;
use crate::outbound::endpoint::{USER_AGENT_VALUE, host_of};
use crate::outbound::{Body, Error, Jitter, is_transient, retry_after, system_jitter};

/// Time for a name to be looked up and a connection to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// What a time stands for that is too long to be added to now.
const ENDLESS: Duration = Duration::from_secs(365 * 24 * 3_600);

/// Sends requests to URLs that come from outside: from callers, from models, from the answers of other servers.
///
/// A request goes to public addresses and to the networks and ports that the configuration allows
/// ([`OutboundConfig`]). A name is looked up once for each connection, all of its addresses must be allowed, and the
/// connection is made to one of them. Redirects are decided over in the same way, one by one. Each request of a
/// host program has a connection of its own. A proxy is not used: it would look the name up itself, and the guard would not know where it leads.
///
/// ```no_run
/// # async fn example(gateway: &astra_core::Gateway) -> Result<(), Box<dyn std::error::Error>> {
/// use astra_core::outbound::GuardedRequest;
///
/// let request = GuardedRequest::new(http::Method::GET, "https://example.com/feed")?.follow_redirects(5);
/// let page = gateway.guarded_client().send(request).await?.bytes(1 << 20).await?;
/// # let _ = page;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct GuardedClient {
    guard: Guard,
    pools: Arc<Pools>,
    clock: Arc<dyn Clock>,
    jitter: Jitter,
    /// Connections that stay open for the next call. None by default: the number of hosts that callers can name has no bound.
    idle_max: usize,
}

/// One for each scheme, made at the first request: reading the machine's root certificates takes milliseconds, and fails on
/// a machine that has none.
#[derive(Default)]
struct Pools {
    http: OnceLock<Pool>,
    https: OnceLock<Pool>,
}

impl GuardedClient {
    /// A client for what `allowed` says, which asks the operating system for addresses, time and chance.
    #[must_use]
    pub fn new(allowed: &OutboundConfig) -> Self {
        Self {
            guard: Guard::new(allowed, SystemResolver::default()),
            pools: Arc::default(),
            clock: Arc::new(SystemClock),
            jitter: system_jitter(),
            idle_max: 0,
        }
    }

    /// Keeps up to `idle_max` connections to each host for the next call: for a client whose requests all go to the same one.
    pub(crate) fn keeping(self, idle_max: usize) -> Self {
        Self { idle_max, pools: Arc::default(), ..self }
    }

    /// Looks names up with `resolver`.
    #[must_use]
    pub fn with_resolver(self, resolver: impl Resolve) -> Self {
        Self { guard: self.guard.with_resolver(resolver), pools: Arc::default(), ..self }
    }

    /// Takes the time, which a `Retry-After` with a date is measured by, from `clock`.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Takes chance, which spreads retries, from `jitter`.
    #[must_use]
    pub fn with_jitter(self, jitter: Jitter) -> Self {
        Self { jitter, ..self }
    }

    /// Whether `url` may be called as far as can be said without looking its name up: for URLs that are kept now and called
    /// later.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check(&self, url: &str) -> Result<(), Refusal> {
        self.guard.admit(parse(url)?).map(drop)
    }

    /// A connection to `port` of `host`, a name or an address, for a protocol that is not HTTP, whose ports are the caller's
    /// business. All addresses of a name must be allowed, as for a request.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, GuardedError> {
        let addresses = GuardedResolver(self.guard.clone()).of_host(host).await?;
        let to = addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect::<Vec<_>>();
        match timeout(CONNECT_TIMEOUT, TcpStream::connect(to.as_slice())).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(fault)) => Err(GuardedError::Failed(Error::Connect(fault.to_string()))),
            Err(_) => Err(GuardedError::Failed(Error::Connect("it took too long".to_owned()))),
        }
    }

    /// Sends a request; answers the head of the answer, whatever its status.
    ///
    /// # Errors
    /// If the guard refuses it, or there is no answer in time.
    pub async fn send(&self, request: GuardedRequest) -> Result<GuardedResponse, GuardedError> {
        let now = Instant::now();
        let deadline = now.checked_add(request.timeout).unwrap_or(now + ENDLESS);
        timeout_at(deadline, self.send_until(request, deadline)).await.map_err(|_| GuardedError::TimedOut)?
    }

    async fn send_until(&self, request: GuardedRequest, deadline: Instant) -> Result<GuardedResponse, GuardedError> {
        let started = Instant::now();
        let mut retries = 0;
        loop {
            let outcome = self.follow(&request, deadline).await;
            let asked = match &outcome {
                Ok(response) if is_transient(response.status) => retry_after(&response.headers, self.clock.now_ms()),
                Err(fault) if fault.is_transient() => None,
                _ => return outcome,
            };
            let wait = request.retry.and_then(|policy| policy.wait(retries, started.elapsed(), asked, (self.jitter)()));
            let Some(wait) = wait.filter(|wait| *wait < deadline - Instant::now()) else { return outcome };
            drop(outcome);
            sleep(wait).await;
            retries += 1;
        }
    }

    /// One try, with all redirects that the request follows.
    async fn follow(&self, request: &GuardedRequest, deadline: Instant) -> Result<GuardedResponse, GuardedError> {
        let GuardedRequest { method, url, headers, body, .. } = request.clone();
        let mut hop = Hop { method, url, headers, body };
        for _ in 0..request.redirects_max {
            let response = self.send_once(&mut hop, deadline).await?;
            match hop.next(response.status, &response.headers)? {
                Some(next) => hop = next,
                None => return Ok(response),
            }
        }
        let response = self.send_once(&mut hop, deadline).await?;
        if request.redirects_max > 0 && hop.next(response.status, &response.headers)?.is_some() {
            return Err(GuardedError::TooManyRedirects);
        }
        Ok(response)
    }

    async fn send_once(&self, hop: &mut Hop, deadline: Instant) -> Result<GuardedResponse, GuardedError> {
        hop.url = self.guard.admit(hop.url.clone())?;
        let response = self.pool(&hop.url)?.request(http_request(hop)?).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(GuardedResponse { status, headers, url: hop.url.clone(), body: Body::of(response)?, deadline })
    }

    fn pool(&self, url: &Url) -> Result<&Pool, Error> {
        let is_https = url.scheme() == "https";
        let place = if is_https { &self.pools.https } else { &self.pools.http };
        if let Some(pool) = place.get() {
            return Ok(pool);
        }
        let connector = Connector::guarded(is_https, CONNECT_TIMEOUT, &self.guard)?;
        Ok(place.get_or_init(|| pool(connector, self.idle_max)))
    }
}

fn http_request(hop: &Hop) -> Result<Request<Full<Bytes>>, Refusal> {
    let mut request = Request::new(Full::from(hop.body.clone()));
    *request.method_mut() = hop.method.clone();
    *request.uri_mut() = Uri::try_from(hop.url.as_str()).map_err(|_| Refusal::Url)?;
    let headers = request.headers_mut();
    headers.insert(HOST, host_of(&hop.url).ok_or(Refusal::Url)?);
    headers.insert(USER_AGENT, USER_AGENT_VALUE);
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.extend(hop.headers.clone());
    Ok(request)
}
