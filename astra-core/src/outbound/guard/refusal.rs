//! Why a URL is not called.

use std::fmt;

use http::HeaderName;

use super::SpecialUse;

/// Why a URL that comes from outside is not called. The text names no address: what a name leads to within the
/// operator's network is not for those who chose the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is no URL, has no host, or has one that no request can name.
    Url,
    /// It has more than 8 KiB.
    TooLong,
    /// It is neither `http` nor `https`.
    Scheme,
    /// It holds a user or a password.
    Credentials,
    /// Its port is none of those that may be reached.
    Port(u16),
    /// It leads to an address that is no public one.
    Address(SpecialUse),
    /// An answer over `https` leads on to `http`.
    Downgrade,
    /// The request has a header that says how it is sent, which is not its caller's business.
    Header(HeaderName),
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => formatter.write_str("this is no URL that can be called"),
            Self::TooLong => formatter.write_str("the URL has more than 8 KiB"),
            Self::Scheme => formatter.write_str("the URL must begin with http:// or https://"),
            Self::Credentials => formatter.write_str("the URL must not hold a user or a password"),
            Self::Port(port) => write!(formatter, "the URL leads to port {port}, which may not be reached"),
            Self::Address(special) => {
                write!(formatter, "the URL leads to an address that may not be reached ({special})")
            }
            Self::Downgrade => formatter.write_str("the answer leads from https to http"),
            Self::Header(name) => write!(formatter, "the header {name} cannot be set"),
        }
    }
}

impl std::error::Error for Refusal {}
