//! Whether a credential is good for an operation: by its role and its scopes.

use crate::app::App;
use crate::auth::{Access, Identity};
use crate::error::Error;

/// Lets `identity` do what needs `access`.
///
/// # Errors
/// 403, with the role or the scopes that are missing.
pub(in crate::http) fn permit(app: &App, identity: &Identity, access: Access) -> Result<(), Error> {
    let Some((role, scopes)) = access.needs() else { return Ok(()) };
    if identity.role < role {
        return Err(Error::forbidden(format!(
            "This operation needs the role {} or a higher one; the credential has {}.",
            role.as_str(),
            identity.role.as_str()
        )));
    }
    let missing = scopes.minus(identity.scopes);
    if !missing.is_empty() {
        let missing = app.authority.scopes().text(missing);
        return Err(Error::forbidden(format!(
            "This operation needs the scope {missing}, which the credential does not have."
        )));
    }
    Ok(())
}
