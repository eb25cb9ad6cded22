//! Sign-in of people with the OpenID provider: which browser began it, what the provider says, and which account that gives.

use http::HeaderMap;

use super::authority::Authority;
use super::by::Request;
use super::error::{Error, Result};
use super::login_codes::IssuedLoginCode;
use super::oauth::{Granted, unknown_role};
use super::oidc::{ATTEMPT_LIFE_S, Attempt, OidcClaims, OidcFault, OidcProvider};
use super::registration::email_taken;
use super::request_source::RequestSource;
use super::role::Role;
use crate::ids::IdKind;
use crate::store::oidc::OidcPerson;
use crate::store::{self, OidcRefusal, Refusal};

/// The cookie's name where it can be bound to the host and to HTTPS, and where it cannot.
const COOKIES: [&str; 2] = ["__Host-astra_oidc", "astra_oidc"];
const NONE: &str = "This gateway has no identity provider: its operator can name one in auth.oidc.";
const NOT_BEGUN: &str = "The sign-in was not begun in this browser, is finished, or took longer than 10 minutes: begin again with GET /auth/oidc/start.";
const CODE_REFUSED: &str =
    "The identity provider does not know the code any more: begin again with GET /auth/oidc/start.";
const UNVERIFIED: &str = "The identity provider does not say that it has verified the e-mail address (email_verified): no account can be joined or made by it.";
const OTHER_PERSON: &str = "The account of this e-mail address belongs to another person at the identity provider: an admin of its workspace can remove the member.";
const NO_ACCOUNT: &str = "There is no account of this e-mail address, and auth.oidc.allowed_domains makes none: register with an invitation first, or ask the operator.";
const NO_ROLE: &str =
    "The identity provider gives the person no role in this gateway (auth.oidc.roles): ask the operator.";

/// Where a browser goes to sign in.
#[derive(Debug, Clone)]
pub struct OidcStart {
    /// The provider's page.
    pub authorization_url: String,
    /// The value of `Set-Cookie`, by which the browser is known again.
    pub cookie: String,
}

/// What the browser gets when its sign-in is finished.
#[derive(Debug, Clone)]
pub enum OidcOutcome {
    /// The tokens.
    Tokens(Granted),
    /// What the console gets the tokens for.
    LoginCode(IssuedLoginCode),
}

/// A sign-in of this browser that is over, however it ends.
#[derive(Debug, Clone)]
pub struct EndedOidc {
    /// The value of `Set-Cookie` that ends it.
    pub cookie: String,
    /// Whether the browser goes to the console.
    pub is_for_console: bool,
}

/// What the provider sends back with the browser.
#[derive(Debug, Clone)]
pub struct OidcCallback {
    /// As the start has sent it.
    pub state: String,
    /// Good for one exchange.
    pub code: Option<String>,
    /// Why there is none.
    pub error: Option<String>,
    /// The provider's name of itself.
    pub issuer: Option<String>,
}

impl Authority {
    /// Begins a sign-in with the OpenID provider: for the console, or for a client that reads the tokens.
    ///
    /// # Errors
    /// [`Error::NoOidc`]; [`Error::Oidc`].
    pub async fn start_oidc(&self, is_for_console: bool) -> Result<OidcStart> {
        let provider = self.oidc_provider()?;
        let attempt = Attempt::begin(is_for_console, self.now_ms())?;
        let authorization_url = provider.authorization_url(&attempt, self.master_key()).await?;
        Ok(OidcStart { authorization_url, cookie: set_cookie(provider, &attempt.value(), ATTEMPT_LIFE_S) })
    }

    /// The sign-in of `state`, which ends, if `headers` have its cookie: a state of elsewhere ends nothing in this browser.
    #[must_use]
    pub fn ended_oidc(&self, state: &str, headers: &HeaderMap) -> Option<EndedOidc> {
        let provider = self.oidc()?;
        let attempt = self.oidc_attempt(provider, state, headers)?;
        Some(EndedOidc { cookie: set_cookie(provider, "", 0), is_for_console: attempt.is_for_console() })
    }

    /// Finishes a sign-in for the request `request` from `from`, whose headers have the cookie of the start: signs in to the
    /// account of the person, which is found by its id at the provider, joined by its verified e-mail address, or made. One
    /// for the console gives a login code, by which that signs in.
    ///
    /// # Errors
    /// [`Error::NoOidc`]; [`Error::Forbidden`] for another browser or an ended sign-in, if the provider refuses, and if the
    /// person gets no account; [`Error::Conflict`] if the account is another person's; [`Error::Oidc`]; [`Error::Invalid`].
    pub async fn finish_oidc(
        &self,
        callback: OidcCallback,
        headers: &HeaderMap,
        request: Request<'_>,
        from: &RequestSource,
    ) -> Result<OidcOutcome> {
        let (provider, key) = (self.oidc_provider()?, self.master_key());
        let attempt =
            self.oidc_attempt(provider, &callback.state, headers).ok_or_else(|| Error::Forbidden(NOT_BEGUN.into()))?;
        provider.check_issuer(callback.issuer.as_deref()).await?;
        if let Some(error) = callback.error {
            return Err(provider_refused(&error));
        }
        let missing =
            || Error::Invalid { pointer: "query/code", detail: "is required, unless there is an error".into() };
        let code = callback.code.ok_or_else(missing)?;
        let claims = provider.claims(&code, &attempt, key).await?;
        let claims = claims.ok_or_else(|| Error::Forbidden(CODE_REFUSED.into()))?;
        let person = self.person(provider, &claims, &attempt);
        let actor = self.newcomer("", "oidc", request, from);
        let rows = self.store().rows(self.first_workspace());
        let member = rows.accounts().sign_in_by_oidc(person, actor).await.map_err(account_refused)?;
        if attempt.is_for_console() {
            let issued = self.login_code_of(&member).await?;
            return issued.map(OidcOutcome::LoginCode).ok_or_else(|| Error::Forbidden(NO_ACCOUNT.into()));
        }
        let role = member.role.parse::<Role>().map_err(|()| unknown_role())?;
        let granted = self.begin_family(&member, role, self.scopes().default_of(role), from).await?;
        Ok(OidcOutcome::Tokens(granted))
    }

    fn oidc_provider(&self) -> Result<&OidcProvider> {
        self.oidc().ok_or(Error::NoOidc(NONE))
    }

    fn oidc_attempt(&self, provider: &OidcProvider, state: &str, headers: &HeaderMap) -> Option<Attempt> {
        Attempt::find(headers, cookie_name(provider), (self.master_key(), state), self.now_ms())
    }

    fn person(&self, provider: &OidcProvider, claims: &OidcClaims, attempt: &Attempt) -> OidcPerson {
        let config = provider.config();
        let email = claims.verified_email();
        let domain = email.as_deref().and_then(|email| email.split_once('@')).map(|(_, domain)| domain);
        OidcPerson {
            issuer: config.issuer.clone(),
            subject: claims.subject().to_owned(),
            new_id: domain.filter(|domain| config.allows_domain(domain)).map(|_| self.id(IdKind::User)),
            email,
            display_name: claims.display_name(),
            role: claims.role(config).map(|role| role.as_str().to_owned()),
            follows_claim: config.role_claim.is_some(),
            attempt_hash: attempt.hash(self.master_key()),
            attempt_ends_at: attempt.ends_at_ms(),
            now_ms: self.now_ms(),
        }
    }
}

const fn cookie_name(provider: &OidcProvider) -> &'static str {
    let [bound, plain] = COOKIES;
    if provider.is_public_url_secure() { bound } else { plain }
}

/// The provider's page sends the browser back by a link, which `SameSite=Lax` allows.
fn set_cookie(provider: &OidcProvider, value: &str, life_s: i64) -> String {
    let secure = if provider.is_public_url_secure() { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={life_s}; HttpOnly; SameSite=Lax{secure}", cookie_name(provider))
}

/// What the provider's error means (RFC 6749, 4.1.2.1; OpenID Connect Core 1.0, 3.1.2.6).
fn provider_refused(error: &str) -> Error {
    match error {
        "access_denied"
        | "login_required"
        | "interaction_required"
        | "consent_required"
        | "account_selection_required" => {
            Error::Forbidden(format!("The identity provider did not sign the person in: {error}."))
        }
        "temporarily_unavailable" | "server_error" => OidcFault::Unavailable(format!("it says {error}")).into(),
        error => {
            tracing::warn!(error, "the OpenID provider refuses a sign-in");
            OidcFault::Wrong("it refuses the request: see auth.oidc and public_url").into()
        }
    }
}

/// A refusal of the store to sign a person in.
fn account_refused(fault: store::Error) -> Error {
    let store::Error::Refused(Refusal::Oidc(refusal)) = fault else { return email_taken(fault) };
    match refusal {
        OidcRefusal::Finished => Error::Forbidden(NOT_BEGUN.into()),
        OidcRefusal::Unverified => Error::Forbidden(UNVERIFIED.into()),
        OidcRefusal::OtherPerson => Error::Conflict(OTHER_PERSON.into()),
        OidcRefusal::NoAccount => Error::Forbidden(NO_ACCOUNT.into()),
        OidcRefusal::NoRole => Error::Forbidden(NO_ROLE.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::clock::{Clock, SystemClock};
    use crate::config::Config;

    fn cookie(public_url: &str) -> String {
        let mut config = Config { public_url: Some(public_url.parse().unwrap()), ..Config::default() };
        let oidc = json!({"issuer": "https://id.example.com", "client_id": "astra", "client_secret": "hidden"});
        config.auth.oidc = Some(serde_json::from_value(oidc).unwrap());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        set_cookie(&OidcProvider::open(&config, &clock).unwrap(), "x", 600)
    }

    #[test]
    fn a_cookie_is_bound_to_host_and_https_where_there_is_https() {
        let bound = cookie("https://astra.example.com/gateway");
        assert_eq!(bound, "__Host-astra_oidc=x; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(cookie("http://localhost:3000"), "astra_oidc=x; Path=/; Max-Age=600; HttpOnly; SameSite=Lax");
    }
}
