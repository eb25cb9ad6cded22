//! Why a credential, a grant or a change of an account is refused.

use std::fmt;

use super::oidc::OidcFault;
use crate::store;

/// A result of everything about credentials.
pub type Result<T> = std::result::Result<T, Error>;

/// A refusal, or a failure of the store.
#[derive(Debug)]
pub enum Error {
    /// There is no credential, or it is not good; the text says why, without repeating it.
    Unauthorized(&'static str),
    /// The caller may not do this; the text says why.
    Forbidden(String),
    /// There is no such thing in the caller's workspace; the text names the kind.
    NotFound(&'static str),
    /// The present state forbids this; the text says which.
    Conflict(String),
    /// A value is not what it must be.
    Invalid {
        /// The member, as a JSON Pointer.
        pointer: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The token endpoint refuses (RFC 6749, 5.2).
    Grant(OAuthError),
    /// Too many attempts on one account.
    TooManyAttempts {
        /// How long to wait, in seconds.
        retry_after_s: u64,
    },
    /// Too many passwords are being checked.
    Overloaded {
        /// How long to wait, in seconds.
        retry_after_s: u64,
    },
    /// The gateway has no OpenID provider; the text says so.
    NoOidc(&'static str),
    /// The OpenID provider failed.
    Oidc(OidcFault),
    /// The store failed.
    Store(store::Error),
}

/// What the token endpoint refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OAuthError {
    /// The user's name or password, or the refresh token, is not good.
    InvalidGrant(&'static str),
    /// The client's credentials are not good.
    InvalidClient,
    /// The client may not use this grant.
    UnauthorizedClient(&'static str),
    /// A scope that does not exist, or that the account does not have; the text names them.
    InvalidScope(String),
}

impl OAuthError {
    pub(super) fn missing_scopes(missing: &str) -> Error {
        Error::Grant(Self::InvalidScope(format!("The account does not have these scopes: {missing}.")))
    }
}

impl From<store::Error> for Error {
    fn from(fault: store::Error) -> Self {
        Self::Store(fault)
    }
}

impl From<OidcFault> for Error {
    fn from(fault: OidcFault) -> Self {
        Self::Oidc(fault)
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidGrant(text) | Self::UnauthorizedClient(text) => formatter.write_str(text),
            Self::InvalidClient => formatter.write_str("The client's credentials are not good."),
            Self::InvalidScope(text) => formatter.write_str(text),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorized(text) | Self::NoOidc(text) => formatter.write_str(text),
            Self::Forbidden(text) | Self::Conflict(text) => formatter.write_str(text),
            Self::NotFound(kind) => write!(formatter, "There is no such {kind}."),
            Self::Invalid { pointer, detail } => write!(formatter, "{pointer} {detail}"),
            Self::Grant(refusal) => refusal.fmt(formatter),
            Self::TooManyAttempts { retry_after_s } => {
                write!(formatter, "Too many attempts have failed: try again in {retry_after_s} s.")
            }
            Self::Overloaded { retry_after_s } => {
                write!(formatter, "Too many passwords are being checked: try again in {retry_after_s} s.")
            }
            Self::Oidc(fault) => fault.fmt(formatter),
            Self::Store(fault) => fault.fmt(formatter),
        }
    }
}

impl std::error::Error for Error {}
