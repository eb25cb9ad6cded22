//! What a platform sends, and what it is answered.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;
use url::form_urlencoded;

/// A request of a platform, before anything of it is believed.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its headers. Names are looked up without regard to case; several of one name are possible.
    pub headers: HeaderMap,
    /// The query as it came, without `?`.
    pub query: String,
    /// The raw body, byte by byte as it came: signatures are of this.
    pub body: Bytes,
    /// The id that a Matrix homeserver gives a transaction in the path; `None` for all others.
    pub transaction_id: Option<String>,
    /// The document of [`super::Platform::key_document`], if the platform has one and it could be fetched.
    pub keys: Option<Value>,
    /// When it came, in milliseconds since the epoch.
    pub at_ms: i64,
}

impl Request {
    /// A header's value; the empty text if it is missing, is there twice, or is no printable ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().unwrap_or_default(),
            _ => "",
        }
    }

    /// The first query parameter of this name, decoded; the empty text if it is missing.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Cow<'_, str> {
        form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map_or(Cow::Borrowed(""), |(_, value)| value)
    }

    /// The token after `Bearer ` in `Authorization`; the empty text if there is none.
    #[must_use]
    pub fn bearer(&self) -> &str {
        let (scheme, token) = self.header("authorization").split_once(' ').unwrap_or_default();
        if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" }
    }

    /// Its media type in lower case, without parameters.
    #[must_use]
    pub fn media_type(&self) -> String {
        self.header("content-type").split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// If it is none.
    pub fn json(&self) -> Result<Value, Unreadable> {
        serde_json::from_slice(&self.body).map_err(|fault| Unreadable(format!("the body is no JSON: {fault}")))
    }

    /// When it came, in seconds since the epoch.
    #[must_use]
    pub const fn at_s(&self) -> i64 {
        self.at_ms.div_euclid(1_000)
    }
}

/// Why a request is not believed to be the platform's. The caller is answered 401 and learns no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unverified {
    /// What proves it is not there.
    Missing,
    /// It is not good, or signed by another secret.
    Wrong,
    /// It is good, and its time is more than five minutes away.
    Stale,
    /// It is signed by a key that the document of [`super::Platform::key_document`] does not have: the document is
    /// fetched again, at most once in five minutes, and the request is looked at again.
    UnknownKey,
    /// The platform has no such request.
    NotOffered,
}

/// A verified request that cannot be read: not JSON, or another shape than the platform documents. The caller is
/// answered 400, and the channel's health says so. What can be read and does not matter is [`super::Event::Ignored`]
/// instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub String);

/// What a platform is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The media type of the body; the empty text without one.
    pub media_type: &'static str,
    /// The body. The status is 200.
    pub body: String,
}

impl Reply {
    /// 200 with no body.
    #[must_use]
    pub const fn empty() -> Self {
        Self { media_type: "", body: String::new() }
    }

    /// 200 with this text.
    #[must_use]
    pub fn text(body: impl Into<String>) -> Self {
        Self { media_type: "text/plain; charset=utf-8", body: body.into() }
    }

    /// 200 with this JSON.
    #[must_use]
    pub fn json(body: &Value) -> Self {
        Self { media_type: "application/json", body: body.to_string() }
    }
}
