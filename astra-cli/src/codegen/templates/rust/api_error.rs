//! What the server says when it refuses a call.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;

use crate::{models, retry};

/// A refusal: an answer that is no success.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    headers: HeaderMap,
    request_id: String,
    problem: Option<models::Problem>,
    code: Option<String>,
    detail: String,
    body: String,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, sent_id: &str, body: &[u8]) -> Self {
        let told: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let media_type = text(headers.get(CONTENT_TYPE)).unwrap_or_default();
        let is_problem = media_type.starts_with("application/problem+json");
        let problem = is_problem
            .then(|| serde_json::from_slice(body).ok())
            .flatten();
        let of = |path: &str| {
            told.pointer(path)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        // The second of each is the form of OpenAI, the third that of OAuth 2.
        let code = of("/code")
            .or_else(|| of("/error/code"))
            .or_else(|| of("/error"));
        let detail = of("/detail").or_else(|| of("/error/message"));
        let detail = detail
            .or_else(|| of("/error_description"))
            .or_else(|| of("/title"));
        let request_id = text(headers.get("x-request-id")).or_else(|| of("/request_id"));
        Self {
            status,
            problem,
            code,
            detail: detail.unwrap_or_else(|| unexplained(status, &media_type, body)),
            request_id: request_id.unwrap_or_else(|| sent_id.to_owned()),
            headers,
            body: String::from_utf8_lossy(body).into_owned(),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What the server said, if it said it as a problem document (RFC 9457).
    #[must_use]
    pub fn problem(&self) -> Option<&models::Problem> {
        self.problem.as_ref()
    }

    /// The code for programs, if there is one: `not_found`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// What is wrong, for people.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The `X-Request-ID` by which the server's log knows the call.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// How long the server wants to be left alone, if it said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(&self.headers)
    }

    /// The answer's headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The answer's body as it came.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.status.as_u16())?;
        if let Some(code) = &self.code {
            write!(formatter, " {code}")?;
        }
        write!(formatter, ": {} (request {})", self.detail, self.request_id)
    }
}

impl std::error::Error for ApiError {}

fn text(value: Option<&reqwest::header::HeaderValue>) -> Option<String> {
    value
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

/// What can be said of an answer that says nothing of itself, such as a proxy's page.
fn unexplained(status: StatusCode, media_type: &str, body: &[u8]) -> String {
    let reason = status.canonical_reason().unwrap_or("An unknown status");
    match (body.is_empty(), media_type) {
        (true, _) => format!("{reason}, without a word."),
        (false, "") => format!("{reason}, not explained by a problem document."),
        (false, other) => format!("{reason}, explained by `{other}` and no problem document."),
    }
}
