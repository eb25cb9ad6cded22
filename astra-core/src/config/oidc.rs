//! The part `auth.oidc`: the OpenID provider that people sign in with.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{PublicUrl, Secret};

/// The scope that makes a request one of OpenID Connect.
const OPENID: &str = "openid";
/// In `allowed_domains`: every domain.
const EVERY_DOMAIN: &str = "*";

/// The OpenID provider that people sign in with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// The provider's issuer, exactly as it is in the provider's own document and tokens.
    pub issuer: String,
    /// The gateway's id at the provider.
    pub client_id: String,
    /// The gateway's secret at the provider.
    pub client_secret: Secret,
    /// What the provider is asked for; `openid` is among them.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// The domains of e-mail addresses whose people get an account at their first sign-in; `*` is every domain. `None` for no
    /// new accounts.
    #[serde(default)]
    pub allowed_domains: Option<Vec<String>>,
    /// The claim that decides the role: its name, or the path to it with dots between the names.
    #[serde(default)]
    pub role_claim: Option<String>,
    /// The roles by the values of that claim.
    #[serde(default)]
    pub roles: BTreeMap<String, OidcRole>,
    /// The role of people whom the claim gives none; `None` refuses them.
    #[serde(default = "default_role")]
    pub default_role: Option<OidcRole>,
}

/// A role in the first workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OidcRole {
    /// `viewer`
    Viewer,
    /// `member`
    Member,
    /// `admin`
    Admin,
    /// `owner`
    Owner,
}

fn default_scopes() -> Vec<String> {
    [OPENID, "email", "profile"].map(str::to_owned).to_vec()
}

const fn default_role() -> Option<OidcRole> {
    Some(OidcRole::Member)
}

impl OidcConfig {
    /// Whether people with an e-mail address of `domain`, in lower case, get an account.
    #[must_use]
    pub fn allows_domain(&self, domain: &str) -> bool {
        let mut allowed = self.allowed_domains.iter().flatten();
        allowed.any(|allowed| allowed == EVERY_DOMAIN || allowed.eq_ignore_ascii_case(domain))
    }

    /// Tells what is wrong with it.
    pub(super) fn validate(&self, public_url: Option<&PublicUrl>, refuse: &mut impl FnMut(&str, String)) {
        if public_url.is_none() {
            let detail = "needs public_url: the provider sends people back to <public_url>/auth/oidc/callback";
            refuse("auth.oidc", detail.into());
        }
        if let Some(detail) = issuer_fault(&self.issuer) {
            refuse("auth.oidc.issuer", detail);
        }
        if self.client_id.trim().is_empty() {
            refuse("auth.oidc.client_id", "is empty".into());
        }
        if self.client_secret.expose().trim().is_empty() {
            refuse("auth.oidc.client_secret", "is empty".into());
        }
        if !self.scopes.iter().any(|scope| scope == OPENID) {
            refuse("auth.oidc.scopes", format!("must have {OPENID} in it"));
        }
        if let Some(wrong) = self.scopes.iter().find(|scope| !is_scope(scope)) {
            refuse("auth.oidc.scopes", format!("{wrong:?} is no scope: write one word for each, such as email"));
        }
        if let Some(wrong) = self.allowed_domains.iter().flatten().find(|domain| !is_domain(domain)) {
            let detail =
                format!("{wrong:?} is no domain: write example.com, without @ and *, or \"*\" for every domain");
            refuse("auth.oidc.allowed_domains", detail);
        }
        if self.role_claim.as_ref().is_some_and(|claim| claim.trim().is_empty()) {
            refuse("auth.oidc.role_claim", "is empty".into());
        }
        if !self.roles.is_empty() && self.role_claim.is_none() {
            refuse("auth.oidc.roles", "needs auth.oidc.role_claim beside it".into());
        }
        if self.default_role == Some(OidcRole::Owner) {
            refuse("auth.oidc.default_role", "must be lower than owner: name owners in auth.oidc.roles".into());
        }
    }
}

/// What is wrong with an issuer. Plain HTTP is for providers on this machine.
fn issuer_fault(issuer: &str) -> Option<String> {
    let url: PublicUrl = match issuer.parse() {
        Ok(url) => url,
        Err(_) => return Some(format!("{issuer:?} is not an issuer: write its URL, such as https://id.example.com")),
    };
    let host = url.host().trim_start_matches('[').trim_end_matches(']');
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let is_secure = url.as_str().get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    (!is_secure && !is_here).then(|| format!("{issuer:?} is not safe: an issuer on another machine has an https URL"))
}

fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

fn is_domain(text: &str) -> bool {
    text == EVERY_DOMAIN
        || (!text.is_empty()
            && !text.starts_with('.')
            && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || "@*/:".contains(letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> OidcConfig {
        OidcConfig {
            issuer: "https://id.example.com".into(),
            client_id: "astra".into(),
            client_secret: Secret::new("hidden"),
            scopes: default_scopes(),
            allowed_domains: None,
            role_claim: None,
            roles: BTreeMap::new(),
            default_role: default_role(),
        }
    }

    fn faults(config: &OidcConfig) -> Vec<String> {
        let (mut found, url) = (Vec::new(), "https://astra.example.com".parse().unwrap());
        config.validate(Some(&url), &mut |key: &str, _| found.push(key.to_owned()));
        found
    }

    #[test]
    fn issuers_are_secure_or_of_this_machine() {
        for (issuer, is_good) in [
            ("https://id.example.com", true),
            ("https://id.example.com/realms/one/", true),
            ("http://127.0.0.1:4000", true),
            ("http://localhost:4000/oidc", true),
            ("http://[::1]:4000", true),
            ("http://id.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("id.example.com", false),
            ("https://id.example.com?tenant=1", false),
            ("https://ada@id.example.com", false),
        ] {
            assert_eq!(issuer_fault(issuer).is_none(), is_good, "{issuer}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused_by_its_key() {
        assert!(faults(&config()).is_empty());
        let mut without_url = Vec::new();
        config().validate(None, &mut |key: &str, _| without_url.push(key.to_owned()));
        assert_eq!(without_url, ["auth.oidc"]);
        let roles = BTreeMap::from([("staff".to_owned(), OidcRole::Owner)]);
        for (wrong, key) in [
            (OidcConfig { client_id: String::new(), ..config() }, "auth.oidc.client_id"),
            (OidcConfig { scopes: vec!["email".into()], ..config() }, "auth.oidc.scopes"),
            (OidcConfig { scopes: vec!["openid".into(), "a b".into()], ..config() }, "auth.oidc.scopes"),
            (
                OidcConfig { allowed_domains: Some(vec!["@example.com".into()]), ..config() },
                "auth.oidc.allowed_domains",
            ),
            (OidcConfig { roles, ..config() }, "auth.oidc.roles"),
            (OidcConfig { default_role: Some(OidcRole::Owner), ..config() }, "auth.oidc.default_role"),
        ] {
            assert_eq!(faults(&wrong), [key]);
        }
    }

    #[test]
    fn domains_are_compared_without_regard_to_case_and_no_list_allows_none() {
        assert!(!config().allows_domain("example.com"));
        let some = OidcConfig { allowed_domains: Some(vec!["Example.com".into()]), ..config() };
        assert!(some.allows_domain("example.com") && !some.allows_domain("sub.example.com"));
        assert!(OidcConfig { allowed_domains: Some(vec!["*".into()]), ..config() }.allows_domain("example.org"));
    }
}
