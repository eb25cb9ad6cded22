//! What calls fail with.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;

use crate::{ApiError, models};

/// Any error, as a cause.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// What a call fails with. Its text is made for people, and never holds a token.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The server refused the call.
    Api(Box<ApiError>),
    /// The server could not be reached, or the connection broke off.
    Connection {
        /// The call's `X-Request-ID`.
        request_id: String,
        /// What happened.
        source: BoxError,
    },
    /// There was no answer, or nothing more of a stream, in time.
    Timeout {
        /// The call's `X-Request-ID`.
        request_id: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The answer is not what the document says.
    Decode {
        /// The call's `X-Request-ID`.
        request_id: String,
        /// What is wrong with it.
        source: BoxError,
    },
    /// A stream of events ended before its last event, and could not be resumed.
    StreamBroken {
        /// The call's `X-Request-ID`.
        request_id: String,
    },
    /// The function that gives tokens failed.
    Token {
        /// What it said.
        source: BoxError,
    },
    /// The call cannot be sent as it is: a parameter, a header or a setting is not fit for it.
    Invalid {
        /// What is wrong.
        reason: String,
    },
}

impl Error {
    pub(crate) fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid {
            reason: reason.into(),
        }
    }

    pub(crate) fn connection(request_id: &str, source: reqwest::Error) -> Self {
        // The address is no secret, but may hold a password.
        let source = Box::new(source.without_url());
        Self::Connection {
            request_id: request_id.to_owned(),
            source,
        }
    }

    pub(crate) fn decode(request_id: &str, source: impl Into<BoxError>) -> Self {
        Self::Decode {
            request_id: request_id.to_owned(),
            source: source.into(),
        }
    }

    /// The refusal, if it is one.
    #[must_use]
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The HTTP status, if the server refused the call.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.api().map(ApiError::status)
    }

    /// What the server said, if it said it as a problem document.
    #[must_use]
    pub fn problem(&self) -> Option<&models::Problem> {
        self.api().and_then(ApiError::problem)
    }

    /// The code for programs, if the server gave one: `not_found`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.api().and_then(ApiError::code)
    }

    /// How long the server wants to be left alone, if it said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.api().and_then(ApiError::retry_after)
    }

    /// The call's `X-Request-ID`, if the call was sent.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => Some(error.request_id()),
            Self::Connection { request_id, .. }
            | Self::Timeout { request_id, .. }
            | Self::Decode { request_id, .. }
            | Self::StreamBroken { request_id } => Some(request_id),
            Self::Token { .. } | Self::Invalid { .. } => None,
        }
    }

    /// 304: what the caller has is what there is.
    #[must_use]
    pub fn is_not_modified(&self) -> bool {
        self.status() == Some(StatusCode::NOT_MODIFIED)
    }

    /// 400
    #[must_use]
    pub fn is_bad_request(&self) -> bool {
        self.status() == Some(StatusCode::BAD_REQUEST)
    }

    /// 401: there is no token, or it is not good.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// 403: the token is good, but not for this.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(StatusCode::FORBIDDEN)
    }

    /// 404
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// 409
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(StatusCode::CONFLICT)
    }

    /// 412: there is another state than that of `If-Match`.
    #[must_use]
    pub fn is_precondition_failed(&self) -> bool {
        self.status() == Some(StatusCode::PRECONDITION_FAILED)
    }

    /// 422: the problem's `errors` say which fields are wrong.
    #[must_use]
    pub fn is_unprocessable(&self) -> bool {
        self.status() == Some(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// 429: [`Error::retry_after`] says how long to wait.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// 503
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.status() == Some(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// 500 and above: it is not the caller's fault.
    #[must_use]
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    /// There was no answer in time.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout { .. })
    }

    /// The server could not be reached, or the connection broke off.
    #[must_use]
    pub fn is_connection(&self) -> bool {
        matches!(self, Self::Connection { .. } | Self::StreamBroken { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(formatter),
            Self::Connection { source, .. } => {
                write!(
                    formatter,
                    "the connection failed: {}",
                    innermost(source.as_ref())
                )
            }
            Self::Timeout { limit, .. } => write!(formatter, "nothing came within {limit:?}"),
            Self::Decode { source, .. } => {
                write!(
                    formatter,
                    "the answer is not what the document says: {source}"
                )
            }
            Self::StreamBroken { .. } => {
                formatter.write_str("the stream of events broke off before its end")
            }
            Self::Token { source } => write!(formatter, "there is no token to be had: {source}"),
            Self::Invalid { reason } => write!(formatter, "the call cannot be sent: {reason}"),
        }?;
        match (self, self.request_id()) {
            (Self::Api(_), _) | (_, None) => Ok(()),
            (_, Some(request_id)) => write!(formatter, " (request {request_id})"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Connection { source, .. }
            | Self::Decode { source, .. }
            | Self::Token { source } => Some(source.as_ref()),
            _ => None,
        }
    }
}

/// The cause of all causes: the others only say that a request was not sent.
fn innermost<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost
}
