//! Why the engine did not do what it was asked, in words that know no HTTP.

use std::fmt;

use crate::provider::{self, ErrorKind};
use crate::store;
use crate::store::events::QuotaExceededData;

/// The key of the limit of a session.
pub(super) const SESSION_BYTES: &str = "limits.session_bytes";

/// A refusal or a failure of the engine.
#[derive(Debug)]
pub enum Error {
    /// There is no such thing, or it belongs to another user: `agent`, `session`, `turn`.
    NotFound(&'static str),
    /// The session is archived.
    Archived,
    /// The session belongs to another agent.
    OtherAgent,
    /// A turn is running in the session, and the agent refuses a second one.
    Busy,
    /// So many turns wait in the session that no more may.
    QueueFull,
    /// A quota of the agent or of the workspace is used up: which, and in how many seconds it may be free again.
    Quota {
        /// Which quota.
        exceeded: Box<QuotaExceededData>,
        /// In words.
        message: String,
        /// Seconds until the window has moved on.
        retry_after_s: u64,
    },
    /// As many turns run and wait as may.
    TooManyTurns {
        /// The key of the limit.
        limit: &'static str,
    },
    /// Session or workspace keep as many bytes as they may.
    StorageLimit {
        /// The key of the limit.
        limit: &'static str,
        /// The limit.
        bytes: u64,
    },
    /// The gateway is about to stop.
    Draining,
    /// The results of the caller's tools are not those of the turn's calls.
    Results {
        /// Which of them is wrong; none if one is missing.
        place: Option<usize>,
        /// In a sentence, for the caller.
        message: String,
    },
    /// The turn failed, was cancelled or was interrupted.
    Turn(Failure),
    /// The store failed.
    Store(store::Error),
}

/// How a turn fails: a code that stays with the turn, and words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One of the gateway's problem codes.
    pub code: &'static str,
    /// In a sentence, for the caller.
    pub message: String,
    /// In how many seconds another try may succeed, if that is known.
    pub retry_after_s: Option<u64>,
    /// The upstream's own code of its refusal.
    pub upstream_code: Option<String>,
    /// The parameter that is refused, by the upstream or on its behalf.
    pub param: Option<String>,
}

/// The kind of a fault, as callers see it.
pub(super) const fn code_of(error: &provider::Error) -> &'static str {
    match error.kind {
        ErrorKind::Timeout => "upstream_timeout",
        // It did not fail: it asks for a pause.
        ErrorKind::RateLimited(_) => "upstream_rate_limited",
        ErrorKind::QuotaUsedUp => "upstream_quota_exceeded",
        ErrorKind::ContextOverflow => "context_length_exceeded",
        ErrorKind::Unsupported => "invalid_request",
        // What the operator has to mend: a key, an address, a name.
        ErrorKind::Key | ErrorKind::Unknown | ErrorKind::Refused(300..=399 | 405) => "upstream_misconfigured",
        // A request that came too late or at the wrong moment may be answered the next time.
        ErrorKind::Refused(408 | 409 | 423 | 425) => "upstream_error",
        ErrorKind::Refused(_) => "upstream_refused",
        _ if error.retry_after().is_some() => "unavailable",
        _ => "upstream_error",
    }
}

/// A result of the engine.
pub type Result<T> = std::result::Result<T, Error>;

impl Failure {
    /// A failure with `code`, described by `message`.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after_s: None, upstream_code: None, param: None }
    }
}

impl From<store::Error> for Error {
    fn from(fault: store::Error) -> Self {
        Self::Store(fault)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(kind) => write!(formatter, "There is no such {kind}."),
            Self::Archived => formatter.write_str("The session is archived."),
            Self::OtherAgent => formatter.write_str("The session belongs to another agent."),
            Self::Busy => formatter.write_str("A turn is running in this session."),
            Self::QueueFull => formatter.write_str("The session's queue is full: too many turns are waiting."),
            Self::Quota { message, .. } => formatter.write_str(message),
            Self::TooManyTurns { limit } => {
                write!(formatter, "As many turns are running as {limit} allows: ask again when one has ended.")
            }
            Self::StorageLimit { limit: limit @ SESSION_BYTES, bytes } => write!(
                formatter,
                "The session has no room for the question: its turns may keep {bytes} bytes ({limit}). Reset the session and go on in its successor, or ask in another session."
            ),
            Self::StorageLimit { limit, bytes } => write!(
                formatter,
                "The workspace has no room for the question: its turns may keep {bytes} bytes ({limit}). Delete sessions that are no longer needed; their room is free within seconds."
            ),
            Self::Draining => formatter.write_str("The gateway is about to stop."),
            Self::Results { message, .. } => formatter.write_str(message),
            Self::Turn(failure) => formatter.write_str(&failure.message),
            Self::Store(fault) => fault.fmt(formatter),
        }
    }
}

impl std::error::Error for Error {}
