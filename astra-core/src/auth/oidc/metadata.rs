//! What a provider says of itself (OpenID Connect Discovery 1.0).

use serde::Deserialize;

use super::fault::OidcFault;
use super::requests::Requests;

/// Where a provider's document is, under its issuer.
const PLACE: &str = "/.well-known/openid-configuration";
const BASIC: &str = "client_secret_basic";
const POST: &str = "client_secret_post";

/// What this gateway needs of a provider's document.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    /// Where browsers are sent to.
    pub(super) authorization_endpoint: String,
    /// Where codes are exchanged.
    pub(super) token_endpoint: String,
    /// Where the keys are that sign ID tokens.
    pub(super) jwks_uri: String,
    /// Where more claims are.
    pub(super) userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether the provider names itself when it sends a browser back (RFC 9207).
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// Asks the provider for it.
    pub(super) async fn fetch(requests: &Requests, issuer: &str) -> Result<Self, OidcFault> {
        let place = format!("{}{PLACE}", issuer.trim_end_matches('/'));
        let metadata: Self = requests.get(&place, None).await?.success()?;
        if metadata.issuer != issuer {
            return Err(OidcFault::Wrong("its document names another issuer than auth.oidc.issuer"));
        }
        if metadata.places().any(|place| !requests.is_safe(place)) {
            return Err(OidcFault::Wrong("its document names an address that is not encrypted"));
        }
        Ok(metadata)
    }

    /// All addresses that it names.
    fn places(&self) -> impl Iterator<Item = &String> {
        let needed = [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri];
        needed.into_iter().chain(&self.userinfo_endpoint)
    }

    /// Whether the gateway's secret goes into the form, since the provider does not take it in the header.
    pub(super) fn takes_secret_in_form(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_deref().unwrap_or_default();
        let takes = |method: &str| methods.iter().any(|known| known == method);
        takes(POST) && !takes(BASIC)
    }
}
