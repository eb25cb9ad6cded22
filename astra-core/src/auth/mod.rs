//! Who may do what: roles and scopes, passwords, keys and tokens. No HTTP here.

mod identity;
pub mod scope;

use futures_util::future::BoxFuture;

pub use identity::{Identity, Principal};
pub use scope::{Access, Role, Scope};

/// Why a request has no identity.
#[derive(Debug)]
pub enum Error {
    /// There is no credential, or it is not good; the text says why, without repeating it.
    Unauthorized(&'static str),
    /// The store failed.
    Store(crate::store::Error),
}

/// Turns a request's headers into an identity. The gateway has its own; a host program may hand in another, so that
/// its users meet the gateway's roles.
pub trait Authenticator: Send + Sync + 'static {
    /// Who sent these headers.
    fn authenticate<'a>(&'a self, headers: &'a http::HeaderMap) -> BoxFuture<'a, Result<Identity, Error>>;
}
