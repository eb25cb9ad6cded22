//! The record of a request: its id, its span, its log line, and the body of its refusal. Errors are logged here alone.

use std::any::Any;
use std::error::Error as StdError;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, header};
use tracing::Instrument;

use super::contract::{self, PathContract, Refusals};
use super::limit::Limits;
use super::openai;
use super::path_counts::PathCounts;
use super::problem::{self, Failure, Occurrence};
use crate::auth::Identity;
use crate::error::Error;
use crate::ids::{IdKind, IdMaker};
use crate::text::printable;
use crate::trace_context::TraceContext;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const REQUEST_ID_LENGTH_MAX: usize = 128;

/// The name of the span of a request, and of the event that is its line in the log, within [`LOG_TARGET`]. A logger that knows
/// them can write that line without work in common with others.
pub const LOG_NAME: &str = "request";
/// The target of both.
pub const LOG_TARGET: &str = "astra_core::http::record";

/// The request's id: the client's own if it was sane, else made here. Also on the answer, in the log and in problems.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

/// The place of the request in a distributed trace, if it sent a good one (W3C Trace Context).
#[derive(Debug, Clone)]
pub struct TraceParent(pub Option<Arc<TraceContext>>);

/// What the layer needs to know.
pub struct Recorder {
    /// Makes ids of requests that bring none.
    pub ids: IdMaker,
    /// The path's operations; `None` before what is not in the contract.
    pub path: Option<Arc<PathContract>>,
    /// Where its answers are counted.
    pub counts: PathCounts,
    /// Knows which proxies are believed.
    pub limits: Arc<Limits>,
}

/// What is known of the request while it runs.
#[derive(Debug)]
struct Known {
    id: String,
    /// Where it came from.
    address: IpAddr,
    trace_parent: Option<Arc<TraceContext>>,
    /// Who asked, as far as the request got.
    caller: OnceLock<Arc<Identity>>,
}

/// The same, at the request.
#[derive(Debug, Clone)]
pub(super) struct Record(Arc<Known>);

impl Record {
    /// The request's id.
    pub(super) fn id(&self) -> &str {
        &self.0.id
    }

    /// Where the request of these extensions came from; none where a host program does not say it.
    pub(super) fn address_of(extensions: &Extensions) -> Option<IpAddr> {
        let address = extensions.get::<Self>()?.0.address;
        (!address.is_unspecified()).then_some(address)
    }

    /// Notes who asked, for the log.
    pub(super) fn note_caller(&self, identity: &Arc<Identity>) {
        let _first = self.0.caller.set(Arc::clone(identity));
    }
}

/// The layer.
pub async fn record<F: Future<Output = Response>>(
    recorder: &Recorder,
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let begun = Instant::now();
    let address = recorder.limits.client_address(&request);
    let known = Arc::new(Known {
        id: request_id(request.headers(), &recorder.ids),
        address,
        trace_parent: TraceContext::of(request.headers()).map(Arc::new),
        caller: OnceLock::new(),
    });
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let path = uri.path();
    let contract = recorder.path.as_deref();
    // Every refusal there, a path without an operation and a flood included.
    let of_path = contract.map_or_else(|| openai::refusals(path), |contract| contract.refusals);
    let had_credential = contract::is_sent(contract, of_path, &method, request.headers());
    let operation = recorder.path.as_ref().and_then(|path| path.operation(&method));
    let operation_id = operation.map(|operation| operation.id.as_str());
    let operation = operation_id.unwrap_or("-");
    let trace_parent = known.trace_parent.as_ref().and_then(|_| request.headers().get(TRACE_PARENT)).cloned();
    let (id, trace_parent) = (known.id.as_str(), trace_parent.as_ref().and_then(|value| value.to_str().ok()));
    let span =
        tracing::info_span!(target: LOG_TARGET, LOG_NAME, request.id = %id, operation, traceparent = trace_parent);
    request.extensions_mut().insert(Record(Arc::clone(&known)));

    let mut response = next(request).instrument(span.clone()).await;

    let failure = response.extensions_mut().remove::<Failure>();
    if let Some(Failure(error)) = &failure {
        let refusals = response.extensions_mut().remove::<Refusals>().unwrap_or(of_path);
        problem::render(&mut response, error, Occurrence { request_id: id, path, had_credential, refusals });
    }
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    protect(response.headers_mut());
    recorder.counts.note(operation_id, response.status().as_u16());
    let elapsed_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let log = || {
        let _entered = span.enter();
        if let Some(Failure(error)) = failure.filter(|failure| failure.0.code.status() >= 500) {
            tracing::error!(code = error.code.as_str(), cause = %chain(&error), "request failed");
        }
        let caller = known.caller.get().map(AsRef::as_ref);
        log_request(&method, path, response.status().as_u16(), elapsed_us, address, caller);
    };
    // A host's logger that fails must not take the answer with it. Nothing of the gateway's is touched in between.
    let _logged = std::panic::catch_unwind(AssertUnwindSafe(log));
    response
}

/// The line of a request in the log.
fn log_request(method: &Method, path: &str, status: u16, elapsed_us: u64, address: IpAddr, caller: Option<&Identity>) {
    let (workspace, account) = caller.map(|caller| (caller.workspace.as_str(), caller.subject.as_str())).unzip();
    tracing::info!(
        name: LOG_NAME,
        target: LOG_TARGET,
        %method,
        path = &*printable(path),
        status,
        elapsed_us,
        client.address = %address,
        workspace.id = workspace,
        account.id = account,
        credential.id = caller.map(Identity::credential_id),
        "request"
    );
}

/// What an answer says of itself to browsers and caches, unless its operation knows better: its type is not to be guessed,
/// and it is not to be kept.
fn protect(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The layer that turns a panic into a problem.
pub async fn contain(next: impl Future<Output = Response>) -> Response {
    AssertUnwindSafe(next).catch_unwind().await.unwrap_or_else(|panic| panicked(&panic))
}

fn panicked(panic: &Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Error::internal(format!("a handler panicked: {}", text.unwrap_or("without a message"))).into_response()
}

/// The client's id if it is short and plain, else a new one.
fn request_id(headers: &HeaderMap, ids: &IdMaker) -> String {
    let is_sane = |text: &&str| {
        (1..=REQUEST_ID_LENGTH_MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte))
    };
    let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(is_sane);
    sent.map_or_else(|| ids.make(IdKind::Request), str::to_owned)
}

/// Logs a failure of the gateway that is no answer to its request: it happened in a connection that goes on, or a browser was
/// sent on with it.
pub fn log_failure(request_id: &str, error: &Error) {
    if error.code.status() >= 500 {
        tracing::error!(request.id = request_id, code = error.code.as_str(), cause = %chain(error), "a failure that is no answer");
    }
}

/// The error with all its causes, for the log.
fn chain(error: &Error) -> String {
    let mut text = printable(&error.to_string()).into_owned();
    let mut cause = error.source.as_deref().map(|cause| cause as &dyn StdError);
    while let Some(fault) = cause {
        text.push_str(": ");
        text.push_str(&printable(&fault.to_string()));
        cause = fault.source();
    }
    text
}

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let record = parts.extensions.get::<Record>().ok_or_else(|| Error::internal("the request is not recorded"))?;
        Ok(Self(Arc::from(record.0.id.as_str())))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TraceParent {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        Ok(Self(parts.extensions.get::<Record>().and_then(|record| record.0.trace_parent.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn sane_request_ids_are_kept_and_others_replaced() {
        let ids = IdMaker::new(crate::ids::CountingIds::default());
        assert_eq!(request_id(&sent(REQUEST_ID, "build-42/a"), &ids), "build-42/a");
        for bad in ["", "two words", "<script>", "a\u{7f}"] {
            let headers =
                HeaderValue::from_bytes(bad.as_bytes()).map(|value| HeaderMap::from_iter([(REQUEST_ID, value)]));
            assert!(request_id(&headers.unwrap_or_default(), &ids).starts_with("req_"), "{bad:?}");
        }
    }
}
