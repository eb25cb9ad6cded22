//! One upstream server: where it is, how calls are sent to it, and how its failures are put into words.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Response, Url};
use serde_json::Value;

use super::client;
use super::error::{Error, Kind};
use super::mask;
use super::refusal::Refusal;
use super::settings::Settings;
use crate::clock::{Clock, timestamp};
use crate::config::Secret;

/// Largest answer that is not a stream, and largest text of one that is, in bytes.
pub(super) const ANSWER_BYTES_MAX: usize = 16 << 20;
/// So much of an error's body is read.
const ERROR_BYTES_MAX: usize = 32 << 10;
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What media type an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// JSON, or nothing is said.
    Json,
    /// An event stream, or plain text that may be one.
    Events,
}

/// An upstream server.
pub(super) struct Upstream {
    base_url: Url,
    headers: HeaderMap,
    key: Option<Secret>,
    connect_timeout: Duration,
    clock: Arc<dyn Clock>,
    /// Made at the first call: a gateway that starts does not wait for it.
    client: OnceLock<reqwest::Client>,
}

impl Upstream {
    /// The server of `settings`, whose key goes into the header `key_header` after `key_prefix`.
    pub(super) fn new(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        key_header: HeaderName,
        key_prefix: &str,
        mut headers: HeaderMap,
    ) -> Self {
        if let Some(key) = &settings.api_key
            && let Ok(mut value) = HeaderValue::try_from(format!("{key_prefix}{}", key.expose()))
        {
            value.set_sensitive(true);
            headers.insert(key_header, value);
        }
        Self {
            base_url: settings.base_url.clone(),
            headers,
            key: settings.api_key.clone(),
            connect_timeout: settings.connect_timeout,
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
        self.read(response).await
    }

    /// The whole body of an answer.
    ///
    /// # Errors
    /// [`Kind::TooLarge`] beyond [`ANSWER_BYTES_MAX`], [`Kind::Cut`] if it ends too early.
    pub(super) async fn read(&self, mut response: Response) -> Result<Vec<u8>, Error> {
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let too_large = || Error::new(Kind::TooLarge, "the provider's answer has more than 16 MiB");
        if announced > ANSWER_BYTES_MAX {
            return Err(too_large());
        }
        let mut body = Vec::with_capacity(announced);
        while let Some(bytes) = response.chunk().await.map_err(|fault| self.fault(fault))? {
            if body.len() + bytes.len() > ANSWER_BYTES_MAX {
                return Err(too_large());
            }
            body.extend_from_slice(&bytes);
        }
        Ok(body)
    }

    /// The media type of an answer, if it is one that a model server gives.
    pub(super) fn media(response: &Response) -> Result<Media, Error> {
        let Some(value) = response.headers().get(CONTENT_TYPE) else { return Ok(Media::Events) };
        let text = value.to_str().unwrap_or_default();
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "text/event-stream" | "text/plain" | "application/x-ndjson" => Ok(Media::Events),
            json if json.ends_with("json") => Ok(Media::Json),
            _ => {
                let essence = mask::clean(&essence, None);
                let message = format!("the provider answered {essence} instead of JSON or events: is base_url right?");
                Err(Error::new(Kind::Malformed, message))
            }
        }
    }

    /// An error that came in an answer which had begun well, by its JSON.
    pub(super) fn late_error(&self, kind: Kind, error: &Value) -> Error {
        self.refused(kind, "the provider reported an error", Some(error))
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
            Kind::Connect => "the provider cannot be reached",
            Kind::Timeout => "the provider did not answer in time",
            _ => "the connection to the provider broke",
        };
        self.describe(kind, what, Some(cause.to_string()))
    }

    fn client(&self) -> Result<&reqwest::Client, Error> {
        if self.client.get().is_none() {
            // Two calls may both make one at the start; the second is dropped.
            let made = client::build(self.base_url.scheme() == "https", self.connect_timeout)?;
            let _ = self.client.set(made);
        }
        self.client.get().ok_or_else(|| Error::new(Kind::Connect, "the HTTP client is missing"))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, Error> {
        let response = request.headers(self.headers.clone()).send().await.map_err(|fault| self.fault(fault))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refusal(response).await) }
    }

    async fn refusal(&self, mut response: Response) -> Error {
        let status = response.status().as_u16();
        let wait = self.retry_after(response.headers());
        let mut body = Vec::new();
        while body.len() < ERROR_BYTES_MAX
            && let Ok(Some(bytes)) = response.chunk().await
        {
            body.extend_from_slice(&bytes[..bytes.len().min(ERROR_BYTES_MAX - body.len())]);
        }
        let kind = match status {
            401 | 403 => Kind::Key,
            429 => Kind::RateLimited(wait),
            500.. => Kind::Server(status, wait),
            _ => Kind::Refused(status),
        };
        let what = match status {
            401 | 403 => format!("the provider refused its API key ({status})"),
            300..=399 => format!("the provider answered {status}: set base_url to where it redirects to"),
            _ => format!("the provider answered {status}"),
        };
        let body: Option<Value> = serde_json::from_slice(&body).ok();
        self.refused(kind, &what, body.as_ref().map(mask::error_of))
    }

    /// A refusal whose kind is `kind` by its status, with what its error object says besides.
    fn refused(&self, kind: Kind, what: &str, error: Option<&Value>) -> Error {
        let said = error.and_then(mask::message_of);
        let refusal = error.map(|error| Refusal::read(error, said.as_deref())).unwrap_or_default();
        let described = self.describe(refusal.kind(kind), what, said);
        Error { code: refusal.code, param: refusal.param, ..described }
    }

    fn describe(&self, kind: Kind, what: &str, said: Option<String>) -> Error {
        match said {
            Some(said) => Error::new(kind, format!("{what}: {}", mask::clean(&said, self.key.as_ref()))),
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
