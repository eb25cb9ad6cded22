//! Why a job is not done.

use std::fmt;
use std::time::Duration;

use crate::store::{self, JobRefusal, Refusal};

/// Why a job is not done. The text is kept, up to 4,096 bytes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobError {
    /// It may succeed when it is tried again, as often as it may.
    Retry {
        /// Why it failed.
        message: String,
        /// The least wait before the next attempt; by default it is 1 s, and doubles with each attempt.
        after: Option<Duration>,
    },
    /// Another attempt would fail too.
    Fail(String),
    /// Whether it took effect is not known. It does not run again by itself: a person has to look.
    Unknown(String),
    /// Another worker has it.
    LeaseLost,
}

impl JobError {
    /// A failure that another attempt may mend.
    #[must_use]
    pub fn retry(message: impl Into<String>) -> Self {
        Self::Retry { message: message.into(), after: None }
    }

    /// A failure that another attempt may mend, no sooner than after `wait`.
    #[must_use]
    pub fn retry_after(message: impl Into<String>, wait: Duration) -> Self {
        Self::Retry { message: message.into(), after: Some(wait) }
    }

    /// A failure that no other attempt mends.
    #[must_use]
    pub fn fail(message: impl Into<String>) -> Self {
        Self::Fail(message.into())
    }

    /// An end of which it is not known whether it took effect.
    #[must_use]
    pub fn unknown(message: impl Into<String>) -> Self {
        Self::Unknown(message.into())
    }
}

impl From<store::Error> for JobError {
    fn from(fault: store::Error) -> Self {
        match fault {
            store::Error::Refused(Refusal::Job(JobRefusal::LeaseLost)) => Self::LeaseLost,
            store::Error::Refused(_) => Self::Fail(fault.to_string()),
            _ => Self::retry(fault.to_string()),
        }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retry { message, .. } | Self::Fail(message) | Self::Unknown(message) => formatter.write_str(message),
            Self::LeaseLost => formatter.write_str("another worker has the job"),
        }
    }
}

impl std::error::Error for JobError {}
