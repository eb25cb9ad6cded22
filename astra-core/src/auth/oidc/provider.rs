//! The configured OpenID provider: its document and its keys, kept for a while, and where browsers are sent to.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use url::Url;

use super::attempt::Attempt;
use super::fault::OidcFault;
use super::kept::Kept;
use super::keys::{KeyName, Keys};
use super::metadata::Metadata;
use super::requests::Requests;
use crate::auth::master_key::MasterKey;
use crate::clock::Clock;
use crate::config::{Config, OidcConfig};

/// Where the provider sends browsers back to, under the public URL.
const CALLBACK: &str = "/auth/oidc/callback";
/// How long the provider's document and its keys are kept.
const KEPT: Duration = Duration::from_secs(3_600);
/// Keys that are this young are all that the provider has: an unknown one is not asked for again.
const KEYS_YOUNG: Duration = Duration::from_secs(60);

/// The configured OpenID provider.
pub(in crate::auth) struct OidcProvider {
    pub(super) config: OidcConfig,
    pub(super) redirect_uri: String,
    pub(super) requests: Requests,
    is_public_url_secure: bool,
    clock: Arc<dyn Clock>,
    metadata: Kept<Arc<Metadata>>,
    keys: Kept<Keys>,
}

impl OidcProvider {
    /// The one that `config` names, if it names one. Asks it for nothing yet.
    pub(in crate::auth) fn open(config: &Config, clock: &Arc<dyn Clock>) -> Option<Self> {
        let (oidc, public_url) = (config.auth.oidc.as_ref()?, config.public_url.as_ref()?);
        let issuer = Url::parse(&oidc.issuer).ok()?;
        let is_public_url_secure = Url::parse(public_url.as_str()).is_ok_and(|url| url.scheme() == "https");
        Some(Self {
            config: oidc.clone(),
            redirect_uri: format!("{public_url}{CALLBACK}"),
            requests: Requests::new(&issuer, &config.outbound),
            is_public_url_secure,
            clock: Arc::clone(clock),
            metadata: Kept::new(clock),
            keys: Kept::new(clock),
        })
    }

    /// What is configured of it.
    pub(in crate::auth) const fn config(&self) -> &OidcConfig {
        &self.config
    }

    /// Whether browsers reach the gateway by HTTPS, so that cookies can be bound to it.
    pub(in crate::auth) const fn is_public_url_secure(&self) -> bool {
        self.is_public_url_secure
    }

    /// Where the browser of `attempt` is sent to.
    pub(in crate::auth) async fn authorization_url(
        &self,
        attempt: &Attempt,
        key: &MasterKey,
    ) -> Result<String, OidcFault> {
        let metadata = self.metadata().await?;
        let url = Url::parse(&metadata.authorization_endpoint);
        let mut url = url.map_err(|_| OidcFault::Wrong("one of its addresses is no URL"))?;
        url.set_fragment(None);
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("scope", &self.config.scopes.join(" "))
            .append_pair("state", &attempt.state(key))
            .append_pair("nonce", &attempt.nonce(key))
            .append_pair("code_challenge", &attempt.code_challenge(key))
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    /// Refuses an answer in which another provider than this one names itself (RFC 9207).
    pub(in crate::auth) async fn check_issuer(&self, named: Option<&str>) -> Result<(), OidcFault> {
        let is_right = match named {
            Some(issuer) => issuer == self.config.issuer,
            None => !self.metadata().await?.authorization_response_iss_parameter_supported,
        };
        if is_right { Ok(()) } else { Err(OidcFault::Wrong("another provider has sent the browser back")) }
    }

    /// Its document.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, OidcFault> {
        let fetch = async { Ok(Arc::new(Metadata::fetch(&self.requests, &self.config.issuer).await?)) };
        let pick = |metadata: &Arc<Metadata>, age: Duration| (age < KEPT).then(|| Ok(Arc::clone(metadata)));
        self.metadata.find(pick, fetch).await
    }

    /// The key of this name. An unknown one lets the keys be asked for anew, at most once a minute.
    pub(super) async fn key(&self, name: &KeyName) -> Result<DecodingKey, OidcFault> {
        const UNKNOWN: OidcFault = OidcFault::Wrong("it has no key of the name that its ID token has");
        let place = self.metadata().await?.jwks_uri.clone();
        let fetch = async { Ok(Keys::of(self.requests.get(&place, None).await?.success()?)) };
        let pick = |keys: &Keys, age: Duration| match keys.find(name) {
            Some(key) => (age < KEPT).then_some(Ok(key)),
            None => (age < KEYS_YOUNG).then_some(Err(UNKNOWN)),
        };
        self.keys.find(pick, fetch).await
    }

    /// Now, in seconds since the epoch.
    pub(super) fn now_s(&self) -> i64 {
        self.clock.now_ms().div_euclid(1_000)
    }
}
