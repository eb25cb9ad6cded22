//! How often a caller may ask: by credential, by address, and more strictly where passwords are tried.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::Write as _;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::address::{client_address, network};
use super::contract::PathContract;
use crate::auth::Identity;
use crate::clock::{Clock, Monotonic};
use crate::config::{LimitsConfig, Network};
use crate::error::{Code, Error};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// After so many requests those that have not asked for a while are forgotten.
const SWEEP_EVERY: u32 = 65_536;

/// All quotas of the gateway.
pub struct Limits {
    credentials: Policy,
    addresses: Policy,
    sign_in: Policy,
    hasher: RandomState,
    trusted: Vec<Network>,
}

/// What is left of the quota that was asked last.
#[derive(Debug, Clone)]
pub struct QuotaState {
    policy: HeaderValue,
    name: &'static str,
    remaining: u32,
    wait_s: u64,
}

struct Policy {
    name: &'static str,
    window_s: u64,
    header: HeaderValue,
    limiter: Limiter,
    clock: GatewayClock,
    checks: AtomicU32,
}

type Limiter = RateLimiter<u64, DashMapStateStore<u64>, GatewayClock, StateInformationMiddleware>;

/// The gateway's clock for the limiters: the monotonic one, so that a wall clock that is set back refuses no request.
#[derive(Clone)]
struct GatewayClock(Monotonic);

impl governor::clock::Clock for GatewayClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

impl Limits {
    /// The quotas of `config`, by `clock`.
    #[must_use]
    pub fn new(config: &LimitsConfig, clock: &Arc<dyn Clock>) -> Self {
        Self {
            credentials: Policy::new("token", config.token_requests_per_s, 1, clock),
            addresses: Policy::new("address", config.address_requests_per_s, 1, clock),
            sign_in: Policy::new("sign-in", config.auth_address_requests_per_min, 60, clock),
            hasher: RandomState::new(),
            trusted: config.trusted_proxies.clone(),
        }
    }

    /// Counts a request of `identity`'s credential.
    pub(super) fn admit_credential(&self, identity: &Identity, standing: &mut Option<QuotaState>) -> Result<(), Error> {
        let key = self.hasher.hash_one((&identity.workspace, identity.credential()));
        let (now, verdict) = self.credentials.check(key);
        *standing = Some(now);
        verdict
    }

    /// Where `request` came from, as far as the configuration's proxies are believed.
    pub(super) fn client_address(&self, request: &Request) -> IpAddr {
        client_address(request, &self.trusted)
    }

    fn admit_address(&self, path: Option<&PathContract>, request: &Request) -> (QuotaState, Result<(), Error>) {
        let key = self.hasher.hash_one(network(self.client_address(request)));
        let operation = path.and_then(|path| path.operation(request.method()));
        let tries_secret = operation.is_some_and(|operation| operation.traits.tries_secret);
        let (standing, verdict) = self.addresses.check(key);
        if tries_secret && verdict.is_ok() { self.sign_in.check(key) } else { (standing, verdict) }
    }
}

/// The layer that counts requests by address.
pub async fn by_address<F: Future<Output = Response>>(
    limits: &Limits,
    path: Option<&PathContract>,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let (standing, verdict) = limits.admit_address(path, &request);
    let mut response = match verdict {
        Ok(()) => next(request).await,
        Err(error) => error.into_response(),
    };
    if !response.headers().contains_key(&RATE_LIMIT) {
        standing.write(response.headers_mut());
    }
    response
}

impl Policy {
    fn new(name: &'static str, requests: u32, window_s: u64, clock: &Arc<dyn Clock>) -> Self {
        let burst = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        let period = Duration::from_secs(window_s) / burst.get();
        let quota = Quota::with_period(period).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
        let clock = GatewayClock(Monotonic::new(clock));
        let limiter = Limiter::new(quota, DashMapStateStore::default(), clock.clone());
        Self { name, window_s, header: policy_header(name, burst, window_s), limiter, clock, checks: AtomicU32::new(1) }
    }

    fn check(&self, key: u64) -> (QuotaState, Result<(), Error>) {
        if self.checks.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            self.limiter.retain_recent();
        }
        let (remaining, wait, verdict) = match self.limiter.check_key(&key) {
            Ok(snapshot) => (snapshot.remaining_burst_capacity(), self.window_s, Ok(())),
            Err(refusal) => {
                let wait_ms = refusal.wait_time_from(self.clock.now()).as_millis();
                let wait = u64::try_from(wait_ms).unwrap_or(u64::MAX).div_ceil(1000).max(1);
                let mut error = Error::new(Code::RateLimited, "Too many requests: wait before the next one.");
                error.retry_after_s = Some(wait);
                (0, wait, Err(error))
            }
        };
        (QuotaState { policy: self.header.clone(), name: self.name, remaining, wait_s: wait }, verdict)
    }
}

impl QuotaState {
    /// Writes the two header fields.
    pub(super) fn write(self, headers: &mut HeaderMap) {
        headers.insert(RATE_LIMIT_POLICY, self.policy);
        headers.insert(RATE_LIMIT, now_header(self.name, self.remaining, self.wait_s));
    }
}

fn policy_header(name: &str, burst: NonZeroU32, window_s: u64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{name}\";q={burst};w={window_s}")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Made in a buffer on the stack: two of these are counted at most requests, and one is sent.
fn now_header(name: &str, remaining: u32, wait_s: u64) -> HeaderValue {
    let mut buffer = [0; 64];
    let mut rest = &mut buffer[..];
    let written = write!(rest, "\"{name}\";r={remaining};t={wait_s}");
    let free = rest.len();
    let text = &buffer[..buffer.len() - free];
    let value = written.ok().and_then(|()| HeaderValue::from_bytes(text).ok());
    value.unwrap_or(HeaderValue::from_static("\"\""))
}
