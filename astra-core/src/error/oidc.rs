//! A failure of the OpenID provider, as a sign-in answers it.

use super::{Code, Error};
use crate::auth::OidcFault;

/// How long a client should wait before another try if the provider cannot be asked, in seconds.
const RETRY_AFTER_S: u64 = 5;

impl Error {
    /// A failure of the OpenID provider.
    pub(super) fn oidc(fault: OidcFault) -> Self {
        let message = fault.to_string();
        match fault {
            OidcFault::Wrong(_) => Self::new(Code::IdentityProviderError, message),
            OidcFault::Unavailable(cause) => {
                Self { retry_after_s: Some(RETRY_AFTER_S), ..Self::new(Code::Unavailable, message) }.caused_by(cause)
            }
        }
    }
}
