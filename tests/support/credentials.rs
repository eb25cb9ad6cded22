//! Credentials that say what they are: `Bearer viewer@wsp_home` is a viewer of that workspace.

use astra_core::auth::scope::ScopeSet;
use astra_core::auth::{Authenticator, Error, Identity, Principal, Role};
use astra_core::store::WorkspaceId;
use futures_util::future::BoxFuture;
use http::{HeaderMap, header};

/// Believes every credential of the form `role@workspace` or `role@workspace/scopes,separated,by,commas`.
pub(crate) struct Believer;

impl Authenticator for Believer {
    fn authenticate<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Result<Identity, Error>> {
        let credential = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let identity = credential.and_then(|value| value.strip_prefix("Bearer ")).and_then(identity);
        Box::pin(async { identity.ok_or(Error::Unauthorized("There is no good credential.")) })
    }
}

fn identity(credential: &str) -> Option<Identity> {
    let (role, rest) = credential.split_once('@')?;
    let (workspace, scopes) =
        rest.split_once('/').map_or((rest, None), |(workspace, scopes)| (workspace, Some(scopes)));
    let role: Role = role.parse().ok()?;
    let scopes = match scopes {
        Some(scopes) => ScopeSet::parse(&scopes.replace(',', " ")).ok()?,
        None => role.default_scopes(),
    };
    Some(Identity {
        workspace: WorkspaceId::new(workspace),
        principal: Principal::Host,
        subject: format!("usr_{}_{workspace}", role.as_str()),
        role,
        scopes,
        expires_at_ms: None,
    })
}
