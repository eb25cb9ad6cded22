//! One upstream server: where it is, how calls are sent to it, and how its failures are put into words.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Response, Url};
use serde_json::Value;

use super::client;
use super::error::{Error, Kind};
use super::mask::{self, Secrets};
use super::reading::{Body, Reported, sentence};
use super::refusal::Refusal;
use super::settings::Settings;
use crate::clock::{Clock, timestamp};

/// Largest answer that is not a stream, and largest text of one that is, in bytes.
pub(super) const ANSWER_BYTES_MAX: usize = 16 << 20;
/// So much of an error's body is read.
const ERROR_BYTES_MAX: usize = 32 << 10;
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An upstream server.
pub(super) struct Upstream {
    base_url: Url,
    headers: HeaderMap,
    secrets: Secrets,
    connect_timeout: Duration,
    proxy: Option<Url>,
    clock: Arc<dyn Clock>,
    /// Made at the first call: a gateway that starts does not wait for it.
    client: OnceLock<reqwest::Client>,
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
        Self {
            base_url: settings.base_url.clone(),
            headers,
            secrets: Secrets::of(settings.api_key.as_ref(), &settings.headers),
            connect_timeout: settings.connect_timeout,
            proxy: settings.proxy.clone(),
            clock,
            client: OnceLock::new(),
        }
    }

    /// The base URL with `path` after it, its query kept.
    pub(super) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// Sends `body`; the answer's status is a success.
    pub(super) async fn post(&self, url: &Url, body: Vec<u8>, accept: &'static str) -> Result<Response, Error> {
        let request = self.client()?.post(url.clone()).header(CONTENT_TYPE, JSON).header(ACCEPT, accept).body(body);
        self.send(request).await
    }

    /// Reads what is at `url`, of at most [`ANSWER_BYTES_MAX`].
    pub(super) async fn get(&self, url: Url) -> Result<Vec<u8>, Error> {
        let response = self.send(self.client()?.get(url).header(ACCEPT, JSON)).await?;
        Body::of(response)?.whole(self).await
    }

    /// An error that the upstream reported where an answer was due.
    pub(super) fn reported(&self, reported: Reported) -> Error {
        self.refused(reported.kind, "the provider reported an error", reported.error.as_ref(), reported.words)
    }

    /// A connection that failed.
    pub(super) fn fault(&self, fault: reqwest::Error) -> Error {
        let fault = fault.without_url();
        let kind = if fault.is_connect() {
            Kind::Connect
        } else if fault.is_timeout() {
            Kind::Timeout
        } else {
            Kind::Cut
        };
        let mut cause: &dyn std::error::Error = &fault;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let what = match kind {
            Kind::Connect if self.proxy.is_some() => "the provider cannot be reached through its proxy",
            Kind::Connect => "the provider cannot be reached",
            Kind::Timeout => "the provider did not answer in time",
            _ => "the connection to the provider broke",
        };
        self.describe(kind, what, Some(cause.to_string()))
    }

    fn client(&self) -> Result<&reqwest::Client, Error> {
        if self.client.get().is_none() {
            // Two calls may both make one at the start; the second is dropped.
            let made = client::build(self.base_url.scheme() == "https", self.connect_timeout, self.proxy.as_ref())?;
            let _ = self.client.set(made);
        }
        self.client.get().ok_or_else(|| Error::new(Kind::Connect, "the HTTP client is missing"))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, Error> {
        let response = request.headers(self.headers.clone()).send().await.map_err(|fault| self.fault(fault))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refusal(response).await) }
    }

    async fn refusal(&self, response: Response) -> Error {
        let status = response.status().as_u16();
        let wait = self.retry_after(response.headers());
        let mut body = Vec::new();
        if let Ok(mut said) = Body::of_any(response) {
            while body.len() < ERROR_BYTES_MAX
                && let Ok(Some(bytes)) = said.chunk(self).await
            {
                body.extend_from_slice(&bytes[..bytes.len().min(ERROR_BYTES_MAX - body.len())]);
            }
        }
        let kind = match status {
            401 | 403 => Kind::Key,
            429 => Kind::RateLimited(wait),
            500.. => Kind::Server(status, wait),
            _ => Kind::Refused(status),
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
    fn refused(&self, kind: Kind, what: &str, error: Option<&Value>, said: Option<String>) -> Error {
        let refusal = error.map(|error| Refusal::read(error, said.as_deref())).unwrap_or_default();
        let described = self.describe(refusal.kind(kind), what, said);
        Error { code: refusal.code, param: refusal.param, ..described }
    }

    fn describe(&self, kind: Kind, what: &str, said: Option<String>) -> Error {
        match said {
            Some(said) => Error::new(kind, format!("{what}: {}", mask::clean(&said, &self.secrets))),
            None => Error::new(kind, what),
        }
    }

    /// `Retry-After` in seconds or as a date, or OpenAI's finer `retry-after-ms`.
    fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        let text = |name: &HeaderName| headers.get(name)?.to_str().ok();
        if let Some(wait_ms) = text(&HeaderName::from_static("retry-after-ms")).and_then(|text| text.parse().ok()) {
            return Some(Duration::from_millis(wait_ms));
        }
        let text = text(&RETRY_AFTER)?.trim();
        if let Ok(wait_s) = text.parse() {
            return Some(Duration::from_secs(wait_s));
        }
        let at = DateTime::parse_from_rfc2822(text).ok()?;
        Some((at.to_utc() - timestamp(self.clock.now_ms())).to_std().unwrap_or_default())
    }
}
