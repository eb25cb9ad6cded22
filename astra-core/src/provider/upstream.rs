//! One upstream server: where it is, what calls to it carry, and how its failures are put into words.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use hyper::body::Incoming;
use serde_json::Value;
use url::Url;

use super::error::{Error, ErrorKind};
use super::mask::{self, Secrets};
use super::reading::{Body, ExplainsFaults, Reported, cut, sentence};
use super::refusal::Refusal;
use super::settings::Settings;
use crate::clock::Clock;
use crate::outbound::{self, Client, Endpoint, retry_after};
use crate::tasks::TaskGroup;
use crate::trace_context::TraceContext;

/// So much of an error's body is read.
const ERROR_BYTES_MAX: usize = 32 << 10;
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");

/// An upstream server.
pub(super) struct Upstream {
    base_url: Url,
    /// Those of all calls.
    headers: HeaderMap,
    secrets: Secrets,
    has_proxy: bool,
    clock: Arc<dyn Clock>,
    client: Client,
    drains: TaskGroup,
}

/// A place that questions are sent to.
pub(super) struct Chat {
    whole: Endpoint,
    streamed: Endpoint,
}

impl Upstream {
    /// The server of `settings`, whose key goes into this header after this prefix, unless the settings name another.
    pub(super) fn new(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        (key_header, key_prefix): (HeaderName, &str),
        mut headers: HeaderMap,
    ) -> Self {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let (key_header, key_prefix) = match &settings.api_key_header {
            Some(name) => (name.clone(), ""),
            None => (key_header, key_prefix),
        };
        if let Some(key) = &settings.api_key
            && let Ok(mut value) = HeaderValue::try_from(format!("{key_prefix}{}", key.expose()))
        {
            value.set_sensitive(true);
            headers.insert(key_header, value);
        }
        headers.extend(settings.headers.clone());
        let is_https = settings.base_url.scheme() == "https";
        Self {
            base_url: settings.base_url.clone(),
            headers,
            secrets: Secrets::of(settings.api_key.as_ref(), &settings.headers),
            has_proxy: settings.proxy.is_some(),
            clock,
            client: Client::new(is_https, settings.connect_timeout, settings.proxy.as_ref()),
            drains: settings.drains.clone(),
        }
    }

    /// Where questions go: the base URL with `path` after it, its query kept.
    pub(super) fn chat(&self, path: &[&str]) -> Chat {
        let url = self.url(path);
        let endpoint = |accept| self.endpoint(&url, [(CONTENT_TYPE, JSON), (ACCEPT, accept)]);
        Chat { whole: endpoint(JSON), streamed: endpoint(EVENTS) }
    }

    /// Where the list of models is, with this parameter of the query.
    pub(super) fn models(&self, parameter: Option<(&str, &str)>) -> Endpoint {
        let mut url = self.url(&["models"]);
        if let Some((name, value)) = parameter {
            url.query_pairs_mut().append_pair(name, value);
        }
        self.endpoint(&url, [(ACCEPT, JSON)])
    }

    /// The tasks that read its answers to their end.
    pub(super) const fn drains(&self) -> &TaskGroup {
        &self.drains
    }

    /// Asks for a whole answer, or for a stream; the answer's status is a success.
    pub(super) async fn ask(
        &self,
        chat: &Chat,
        body: Vec<u8>,
        is_stream: bool,
        trace: Option<&TraceContext>,
    ) -> Result<Response<Incoming>, Error> {
        let endpoint = if is_stream { &chat.streamed } else { &chat.whole };
        self.good(self.client.post(endpoint, body, trace).await).await
    }

    /// Reads what is at `endpoint`, of at most [`ANSWER_BYTES_MAX`].
    pub(super) async fn get(&self, endpoint: &Endpoint) -> Result<Bytes, Error> {
        let response = self.good(self.client.get(endpoint).await).await?;
        Body::of(response, self)?.whole(self).await
    }

    /// An error that the upstream reported where an answer was due.
    pub(super) fn reported(&self, reported: Reported) -> Error {
        self.refused(reported.kind, "the provider reported an error", reported.error.as_ref(), reported.words)
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// Requests to `url` with `own` headers, which the configuration's replace.
    fn endpoint<const N: usize>(&self, url: &Url, own: [(HeaderName, HeaderValue); N]) -> Endpoint {
        let mut headers = HeaderMap::from_iter(own);
        headers.extend(self.headers.clone());
        self.client.endpoint(url, &headers)
    }

    async fn good(&self, sent: Result<Response<Incoming>, outbound::Error>) -> Result<Response<Incoming>, Error> {
        let response = sent.map_err(|fault| self.fault(fault))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refusal(response).await) }
    }

    async fn refusal(&self, response: Response<Incoming>) -> Error {
        let status = response.status().as_u16();
        let wait = retry_after(response.headers(), self.clock.now_ms());
        let body = match outbound::Body::of(response) {
            Ok(body) => body.beginning(ERROR_BYTES_MAX).await,
            Err(_) => Vec::new(),
        };
        let kind = match status {
            401 | 403 => ErrorKind::Key,
            429 => ErrorKind::RateLimited(wait),
            500.. => ErrorKind::Server(status, wait),
            _ => ErrorKind::Refused(status),
        };
        let what = match status {
            401 | 403 => format!("the provider refused its API key ({status})"),
            407 => "the provider's proxy answered 407: it wants a user and a password in proxy".to_owned(),
            300..=399 => format!("the provider answered {status}: set base_url to where it redirects to"),
            _ => format!("the provider answered {status}"),
        };
        let body: Option<Value> = serde_json::from_slice(&body).ok();
        let error = body.as_ref().map(mask::error_of);
        let words = error.and_then(sentence).or_else(|| body.as_ref().and_then(sentence));
        self.refused(kind, &what, error, words)
    }

    /// A refusal whose kind is `kind` by its status, with what its error object says besides.
    fn refused(&self, kind: ErrorKind, what: &str, error: Option<&Value>, said: Option<String>) -> Error {
        let refusal = error.map(|error| Refusal::read(error, said.as_deref())).unwrap_or_default();
        let described = self.describe(refusal.kind(kind), what, said);
        Error { code: refusal.code, param: refusal.param, ..described }
    }

    fn describe(&self, kind: ErrorKind, what: &str, said: Option<String>) -> Error {
        match said {
            Some(said) => Error::new(kind, format!("{what}: {}", mask::clean(&said, &self.secrets))),
            None => Error::new(kind, what),
        }
    }
}

impl ExplainsFaults for Upstream {
    /// A call that failed on its way.
    fn fault(&self, fault: outbound::Error) -> Error {
        use outbound::Error as Fault;
        match fault {
            Fault::Setup(cause) => Error::new(ErrorKind::Connect, format!("TLS cannot be set up: {cause}")),
            Fault::Connect(cause) if self.has_proxy => {
                self.describe(ErrorKind::Connect, "the provider cannot be reached through its proxy", Some(cause))
            }
            Fault::Connect(cause) => self.describe(ErrorKind::Connect, "the provider cannot be reached", Some(cause)),
            Fault::Timeout(cause) => {
                self.describe(ErrorKind::Timeout, "the provider did not answer in time", Some(cause))
            }
            Fault::Broken(cause) => self.describe(ErrorKind::Cut, "the connection to the provider broke", Some(cause)),
            Fault::Coding(name) => {
                let message = format!("the provider's answer is compressed by {name}, which was not asked for");
                Error::new(ErrorKind::Malformed, message)
            }
            Fault::Corrupt => Error::new(ErrorKind::Malformed, "the provider's answer is not compressed as it says"),
            Fault::Truncated => cut(),
            Fault::TooLarge => Error::new(ErrorKind::TooLarge, "the provider's answer has more than 16 MiB"),
            Fault::InflatedTooLarge => {
                Error::new(ErrorKind::TooLarge, "the provider's compressed answer has more than 64 MiB")
            }
        }
    }
}
