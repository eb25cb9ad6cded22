//! How an OpenID provider fails.

use std::fmt;

use crate::outbound::{self, GuardedError};

/// An OpenID provider that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OidcFault {
    /// It cannot be asked now. The text is for the log: it may have addresses in it.
    Unavailable(String),
    /// It answers what this gateway cannot use, or refuses the gateway; the text says what.
    Wrong(&'static str),
}

impl From<GuardedError> for OidcFault {
    fn from(fault: GuardedError) -> Self {
        use outbound::Error::{Coding, Corrupt, InflatedTooLarge, TooLarge, Truncated};
        match fault {
            GuardedError::Refused(_) => {
                Self::Wrong("one of its addresses may not be called (outbound.allowed_networks)")
            }
            GuardedError::TooManyRedirects => Self::Wrong("it redirects the gateway"),
            GuardedError::Failed(TooLarge | InflatedTooLarge) => Self::Wrong("its answer is too large"),
            GuardedError::Failed(Coding(_) | Corrupt | Truncated) => Self::Wrong("its answer cannot be read"),
            fault => Self::Unavailable(fault.to_string()),
        }
    }
}

impl fmt::Display for OidcFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(_) => {
                formatter.write_str("The identity provider cannot be asked now: try again in a moment.")
            }
            Self::Wrong(what) => write!(
                formatter,
                "The identity provider's part of the sign-in cannot be used: {what}. The operator of this gateway can mend it."
            ),
        }
    }
}

impl std::error::Error for OidcFault {}
