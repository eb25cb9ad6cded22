//! How an upstream fails, in words that decide what happens next.

use std::fmt;
use std::time::Duration;

use crate::outbound::EventTooLarge;

/// A failed call. Its text is for the log and the operator: never an upstream's body, which may repeat secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The kind of failure.
    pub kind: ErrorKind,
    /// A sentence for people, without secrets.
    pub message: String,
    /// The upstream's own code of its refusal, such as `model_not_found`; ours if this program refused for it.
    pub code: Option<String>,
    /// The parameter that the upstream, or this program for it, refuses, such as `temperature`.
    pub param: Option<String>,
}

/// The kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// No connection could be made.
    Connect,
    /// A time-out of the configuration ran out: connecting, the first token, or between tokens.
    Timeout,
    /// 429; the upstream may have said how long to wait.
    RateLimited(Option<Duration>),
    /// The account's credit or quota at the upstream is used up, whatever the status: waiting does not help.
    QuotaUsedUp,
    /// 401 or 403: the key is missing or wrong.
    Key,
    /// The upstream refused the request because it has more tokens than the model reads.
    ContextOverflow,
    /// The provider cannot do what a parameter of the request asks for; it was not called.
    Unsupported,
    /// The upstream refused the request itself (other 4xx).
    Refused(u16),
    /// 5xx; the upstream may have said how long to wait.
    Server(u16, Option<Duration>),
    /// The answer is not of the protocol.
    Malformed,
    /// The answer is larger than any answer may be.
    TooLarge,
    /// The answer ended before it was complete.
    Cut,
    /// The circuit is open: the upstream failed too often just now. It is tried again after this time.
    CircuitOpen(Duration),
    /// No provider of this name is configured.
    Unknown,
}

impl ErrorKind {
    /// A name for traces and reports, such as `rate_limited`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::RateLimited(_) => "rate_limited",
            Self::QuotaUsedUp => "quota_used_up",
            Self::Key => "key",
            Self::ContextOverflow => "context_overflow",
            Self::Unsupported => "unsupported",
            Self::Refused(_) => "refused",
            Self::Server(..) => "server",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::Cut => "cut",
            Self::CircuitOpen(_) => "circuit_open",
            Self::Unknown => "unknown",
        }
    }
}

impl Error {
    /// A failure of `kind`, described by `message`.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), code: None, param: None }
    }

    /// Whether the same call may succeed a moment later. A time-out is not among them: who waited that long goes on
    /// to the next provider. Neither is a used-up quota, which lasts until it is paid for.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self.kind, ErrorKind::Connect | ErrorKind::RateLimited(_) | ErrorKind::Server(..) | ErrorKind::Cut)
    }

    /// Whether the upstream is ill, so that it counts against its circuit. A request that the upstream refuses, a wrong
    /// key and a full quota say nothing about the upstream: one tenant's bad request must not shut out the others.
    #[must_use]
    pub const fn is_fault_of_upstream(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Connect
                | ErrorKind::Timeout
                | ErrorKind::Server(..)
                | ErrorKind::Malformed
                | ErrorKind::TooLarge
                | ErrorKind::Cut
        )
    }

    /// Whether the upstream refused the request because it has more tokens than the model reads: a shorter conversation
    /// may be answered.
    #[must_use]
    pub const fn is_context_overflow(&self) -> bool {
        matches!(self.kind, ErrorKind::ContextOverflow)
    }

    /// How long the upstream, or its open circuit, asks to wait.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            ErrorKind::RateLimited(wait) | ErrorKind::Server(_, wait) => wait,
            ErrorKind::CircuitOpen(wait) => Some(wait),
            _ => None,
        }
    }
}

impl From<EventTooLarge> for Error {
    fn from(_: EventTooLarge) -> Self {
        Self::new(ErrorKind::TooLarge, "the provider's stream has an event of more than 1 MiB")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
