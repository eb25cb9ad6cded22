//! How a guarded request fails.

use std::error::Error as StdError;
use std::fmt;

use hyper_util::client::legacy;

use super::Refusal;
use crate::outbound::Error;

/// A guarded request that failed.
#[derive(Debug, PartialEq, Eq)]
pub enum GuardedError {
    /// The guard let it not be sent, or not follow a redirect.
    Refused(Refusal),
    /// The answers led on more often than the request follows.
    TooManyRedirects,
    /// The request's own time is over.
    TimedOut,
    /// It failed on its way.
    Failed(Error),
}

impl GuardedError {
    /// Whether the same request may succeed a moment later.
    pub(super) const fn is_transient(&self) -> bool {
        matches!(self, Self::Failed(Error::Connect(_) | Error::Timeout(_) | Error::Broken(_)))
    }
}

impl From<Refusal> for GuardedError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for GuardedError {
    fn from(fault: Error) -> Self {
        Self::Failed(fault)
    }
}

impl From<legacy::Error> for GuardedError {
    /// The guard within the connector refuses by failing to connect.
    fn from(fault: legacy::Error) -> Self {
        let mut cause: Option<&(dyn StdError + 'static)> = Some(&fault);
        while let Some(inner) = cause {
            if let Some(refusal) = inner.downcast_ref::<Refusal>() {
                return Self::Refused(refusal.clone());
            }
            cause = inner.source();
        }
        Self::Failed(fault.into())
    }
}

impl fmt::Display for GuardedError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(formatter),
            Self::TooManyRedirects => formatter.write_str("the answers lead on too often"),
            Self::TimedOut => formatter.write_str("the answer did not come in time"),
            Self::Failed(fault) => fault.fmt(formatter),
        }
    }
}

impl StdError for GuardedError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Failed(fault) => Some(fault),
            Self::TooManyRedirects | Self::TimedOut => None,
        }
    }
}
