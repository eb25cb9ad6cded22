//! What is sent to a platform, as a description, and what the platform answers.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::Value;

use super::inbound::Place;

/// One part of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// Where it goes.
    pub place: &'a Place,
    /// The text as [`super::Platform::render`] has made it, no longer than the platform's limit.
    pub text: &'a str,
    /// The Markdown that it was made of, for platforms that send both.
    pub markdown: &'a str,
    /// The part's number in the answer, from 0. Parts are sent one after the other.
    pub part: u32,
    /// Whether it is the last part, and whole. A part that still grows is not.
    pub is_last: bool,
    /// What names this part for ever: 26 lower-case letters and digits, the same whenever it is sent again. Platforms
    /// that take an id of the sender's (`txn_id`, `X-Line-Retry-Key`, `nonce`) get it made of this.
    pub id: &'a str,
    /// When it is sent, in milliseconds since the epoch.
    pub at_ms: i64,
}

/// A request to a platform. It is only described here; the room sends it, through the guard of outbound requests,
/// follows no redirect and gives it 15 seconds.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpCall {
    /// The method.
    pub method: Method,
    /// The URL, below a URL of the channel's settings.
    pub url: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl fmt::Debug for HttpCall {
    // URLs of Telegram, headers and bodies hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HttpCall").field("method", &self.method).finish_non_exhaustive()
    }
}

impl HttpCall {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A `GET`.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::GET, url)
    }

    /// A `POST` of JSON.
    #[must_use]
    pub fn post(url: impl Into<String>, body: &Value) -> Self {
        Self::new(Method::POST, url).json(body)
    }

    /// With this JSON as its body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        Self { body: Bytes::from(body.to_string()), ..self.header(http::header::CONTENT_TYPE, json) }
    }

    /// With these fields as its body, `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self { body: Bytes::from(body), ..self.header(http::header::CONTENT_TYPE, form) }
    }

    /// With a header; one whose value no header can have is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        if let Ok(value) = value.try_into() {
            self.headers.insert(name, value);
        }
        self
    }

    /// With `Authorization: Bearer`.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        if let Ok(mut value) = HeaderValue::try_from(format!("Bearer {token}")) {
            value.set_sensitive(true);
            self.headers.insert(http::header::AUTHORIZATION, value);
        }
        self
    }
}

/// What a platform has answered to a request.
#[derive(Debug, Clone)]
pub struct HttpAnswer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body: at most 1 MiB of it, of a download at most 10 MiB.
    pub body: Bytes,
    /// When it came, in milliseconds since the epoch.
    pub at_ms: i64,
}

impl HttpAnswer {
    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// `Retry-After`, if it is there.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        crate::outbound::retry_after(&self.headers, self.at_ms)
    }

    /// What the status alone says, for statuses that are not 2xx: 429 is [`Sent::RateLimited`], by `Retry-After` or 5
    /// s; 401 and 403 are [`Sent::Refused`] for its credential; 503 is [`Sent::NotTaken`]; 408 and other 5xx are
    /// [`Sent::Unknown`]; all else is [`Sent::Refused`]. `None` for 2xx, whose body decides.
    #[must_use]
    pub fn failure(&self) -> Option<Sent> {
        let code = self.status.as_u16();
        let reason = format!("the platform answered with status {code}");
        match code {
            200..=299 => None,
            429 => Some(Sent::RateLimited { after: self.retry_after().unwrap_or(Duration::from_secs(5)) }),
            401 | 403 => Some(Sent::Refused { reason, is_credential: true }),
            503 => Some(Sent::NotTaken { reason }),
            408 | 500..=599 => Some(Sent::Unknown { reason }),
            _ => Some(Sent::Refused { reason, is_credential: false }),
        }
    }
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The platform has it.
    Done {
        /// Its id there, by which it can be edited; `None` if the platform gives none.
        message_id: Option<String>,
    },
    /// The platform did not take it, and wants to be left alone for so long. It is sent again after that; nothing else
    /// of this channel is sent before.
    RateLimited {
        /// So long.
        after: Duration,
    },
    /// It certainly had no effect and may succeed later, such as when no connection was made: it is sent again after 1
    /// s, 2 s, 4 s, up to 5 min, for a day.
    NotTaken {
        /// Why, for people, without a secret.
        reason: String,
    },
    /// The platform refuses it, and would again. It is given up.
    Refused {
        /// Why, for people, without a secret.
        reason: String,
        /// Whether it refuses the channel's credential, rather than this part: the channel fails then.
        is_credential: bool,
    },
    /// It may have had effect or not: the answer is lost, cut, or not of the platform. It is not sent again, unless
    /// [`super::Limits::takes_twice`] says that the platform would recognise it.
    Unknown {
        /// Why, for people, without a secret.
        reason: String,
    },
}

/// What to do next to get the content of an attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Download {
    /// This request is sent, and its answer read in the same way; at most three for one attachment.
    Next(HttpCall),
    /// This is the content.
    Content {
        /// Its media type.
        media_type: String,
        /// Its bytes.
        bytes: Bytes,
    },
    /// It cannot be had.
    Refused(String),
}
