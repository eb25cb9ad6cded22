//! An OpenID provider as this gateway sees it (OpenID Connect Core 1.0): the authorization code flow with PKCE, the provider's
//! document and keys, and the checks of its ID tokens. Accounts are not its business.

mod attempt;
mod claims;
mod exchange;
mod fault;
mod id_token;
mod kept;
mod keys;
mod metadata;
mod provider;
mod requests;

pub(super) use attempt::{ATTEMPT_LIFE_S, Attempt};
pub(super) use claims::OidcClaims;
pub use fault::OidcFault;
pub(super) use provider::OidcProvider;
