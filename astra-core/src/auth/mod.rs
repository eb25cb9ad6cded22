//! Who may do what: roles and scopes, passwords, keys and tokens. No HTTP here.

pub mod access;
mod accounts;
mod authority;
mod by;
mod email;
mod error;
mod host;
mod identity;
mod invitations;
mod keys;
mod limits;
mod login_codes;
mod master_key;
mod members;
mod membership;
mod oauth;
mod oidc;
mod oidc_sign_in;
mod own_account;
mod password;
mod password_attempts;
mod random;
mod registration;
mod request_source;
mod rights;
mod role;
mod rotation;
mod scope;
mod scope_table;
mod service_accounts;
pub mod service_tokens;
mod setup;
pub mod sign_in_sweep;
mod sign_ins;
mod signatures;
mod standing;
mod token;
mod verified;
mod workspaces;

use std::sync::Arc;

use futures_util::future::BoxFuture;

pub use access::Access;
pub use accounts::NewAccount;
pub use authority::{Authority, bearer};
pub use by::{By, Request};
pub use error::{Error, OAuthError, Result};
pub use host::HostAuthenticator;
pub use identity::{Identity, Principal};
pub use invitations::{IssuedInvitation, NewInvitation};
pub use keys::PublicKey;
pub(crate) use keys::signing_keys_fault;
pub use limits::ClientNetwork;
pub use login_codes::IssuedLoginCode;
pub use master_key::{Error as MasterKeyError, MasterKey};
pub use oauth::{ClientCredential, Granted};
pub use oidc::OidcFault;
pub use oidc_sign_in::{EndedOidc, OidcCallback, OidcOutcome, OidcStart};
pub use registration::{Registration, SignInOptions};
pub use request_source::RequestSource;
pub use rights::Rights;
pub use role::Role;
pub use scope::{HOST_SCOPE_LENGTH_MAX, HOST_SCOPES_MAX, Scope, ScopeSet};
pub use scope_table::{HostScope, ScopeTable};
pub use service_accounts::{NewServiceAccount, ServiceAccountChange};
pub use service_tokens::{GRACE_MAX_S, IssuedToken, TOKEN_LIFE_MAX_S, TOKEN_LIFE_MIN_S};
pub use setup::readable_secret;
pub use token::{Claims, Signed};

/// Turns a request's headers into an identity. The gateway has its own; a host program may hand in another, so that
/// its users meet the gateway's roles.
pub trait Authenticator: Send + Sync + 'static {
    /// Who sent these headers. Asked for every request, and again every few seconds while a caller follows a stream.
    fn authenticate<'a>(&'a self, headers: &'a http::HeaderMap) -> BoxFuture<'a, Result<Arc<Identity>>>;
}
