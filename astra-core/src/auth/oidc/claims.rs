//! What the provider says of a person, as this gateway reads it.

use serde_json::{Map, Value};

use crate::auth::email::normalise_email;
use crate::auth::role::Role;
use crate::config::{OidcConfig, OidcRole};

/// How much of a person's name is kept, in characters.
const NAME_CHARACTERS_MAX: usize = 128;

/// The claims of an ID token that is good, with those that the provider has elsewhere.
pub(in crate::auth) struct OidcClaims(pub(super) Map<String, Value>);

impl OidcClaims {
    /// The person's id at the provider.
    pub(in crate::auth) fn subject(&self) -> &str {
        self.0.get("sub").and_then(Value::as_str).unwrap_or_default()
    }

    /// The normalised e-mail address, if the provider says that it has verified it. A text is no such word.
    pub(in crate::auth) fn verified_email(&self) -> Option<String> {
        let is_verified = self.0.get("email_verified") == Some(&Value::Bool(true));
        let email = self.0.get("email").and_then(Value::as_str).filter(|_| is_verified)?;
        normalise_email(email).ok()
    }

    /// The person's name.
    pub(in crate::auth) fn display_name(&self) -> Option<String> {
        let text = self.0.get("name").and_then(Value::as_str)?;
        let plain = text.trim().chars().filter(|character| !character.is_control());
        Some(plain.take(NAME_CHARACTERS_MAX).collect()).filter(|name: &String| !name.is_empty())
    }

    /// The highest of the roles that the configured claim gives; else the default one.
    pub(in crate::auth) fn role(&self, config: &OidcConfig) -> Option<Role> {
        let claim = config.role_claim.as_ref().and_then(|path| self.claim(path));
        let values: &[Value] = match claim {
            Some(Value::Array(values)) => values,
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        let roles = values.iter().filter_map(Value::as_str).filter_map(|value| config.roles.get(value));
        roles.max().copied().or(config.default_role).map(role)
    }

    /// Whether the provider may have more to say elsewhere that counts.
    pub(super) fn lack(&self, config: &OidcConfig) -> bool {
        let lacks_email = !self.0.contains_key("email") || !self.0.contains_key("email_verified");
        lacks_email || config.role_claim.as_ref().is_some_and(|path| self.claim(path).is_none())
    }

    /// Takes from `others` what is not there yet.
    pub(super) fn add(&mut self, mut others: Map<String, Value>) {
        // An address and the word that it is verified belong together.
        if others.contains_key("email") {
            self.0.shift_remove("email");
            self.0.shift_remove("email_verified");
        } else {
            others.shift_remove("email_verified");
        }
        for (name, value) in others {
            self.0.entry(name).or_insert(value);
        }
    }

    /// The claim of this name; else the one at this path, with dots between the names.
    fn claim(&self, path: &str) -> Option<&Value> {
        self.0.get(path).or_else(|| {
            let mut names = path.split('.');
            let first = self.0.get(names.next()?)?;
            names.try_fold(first, |value, name| value.get(name))
        })
    }
}

const fn role(role: OidcRole) -> Role {
    match role {
        OidcRole::Viewer => Role::Viewer,
        OidcRole::Member => Role::Member,
        OidcRole::Admin => Role::Admin,
        OidcRole::Owner => Role::Owner,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::Secret;

    fn claims(value: Value) -> OidcClaims {
        OidcClaims(serde_json::from_value(value).unwrap())
    }

    fn config(role_claim: &str) -> OidcConfig {
        OidcConfig {
            issuer: "https://id.example.com".into(),
            client_id: "astra".into(),
            client_secret: Secret::new("hidden"),
            scopes: vec!["openid".into()],
            allowed_domains: None,
            role_claim: Some(role_claim.into()),
            roles: [("staff", OidcRole::Member), ("boss", OidcRole::Admin)]
                .map(|(value, role)| (value.to_owned(), role))
                .into(),
            default_role: None,
        }
    }

    #[test]
    fn an_address_counts_if_it_is_verified_by_a_boolean() {
        let email =
            |verified: Value| claims(json!({"email": "Ada@Example.org", "email_verified": verified})).verified_email();
        assert_eq!(email(json!(true)).as_deref(), Some("ada@example.org"));
        for wrong in [json!(false), json!("true"), json!(1), Value::Null] {
            assert_eq!(email(wrong), None);
        }
        assert_eq!(claims(json!({"email": "ada@example.org"})).verified_email(), None);
        assert_eq!(claims(json!({"email": "ada", "email_verified": true})).verified_email(), None);
    }

    #[test]
    fn the_highest_role_counts_wherever_the_claim_is() {
        for (path, value, role) in [
            ("groups", json!({"groups": ["staff", "boss", "other"]}), Some(Role::Admin)),
            ("groups", json!({"groups": "staff"}), Some(Role::Member)),
            ("groups", json!({"groups": ["other", 1]}), None),
            ("groups", json!({}), None),
            ("realm_access.roles", json!({"realm_access": {"roles": ["staff"]}}), Some(Role::Member)),
            ("https://a.example/roles", json!({"https://a.example/roles": ["boss"]}), Some(Role::Admin)),
        ] {
            assert_eq!(claims(value).role(&config(path)), role, "{path}");
        }
        let with_default = OidcConfig { default_role: Some(OidcRole::Viewer), ..config("groups") };
        assert_eq!(claims(json!({})).role(&with_default), Some(Role::Viewer));
    }

    #[test]
    fn an_address_of_elsewhere_needs_its_own_word() {
        let mut both = claims(json!({"sub": "1", "email_verified": true}));
        assert!(both.lack(&config("groups")));
        both.add(serde_json::from_value(json!({"sub": "2", "email": "ada@example.org", "groups": "staff"})).unwrap());
        assert_eq!((both.subject(), both.verified_email()), ("1", None));
        assert_eq!(both.role(&config("groups")), Some(Role::Member));
        let mut own = claims(json!({"sub": "1", "email": "ada@example.org"}));
        own.add(serde_json::from_value(json!({"sub": "1", "email_verified": true})).unwrap());
        assert_eq!(own.verified_email(), None);
    }

    #[test]
    fn a_name_is_short_and_printable() {
        assert_eq!(claims(json!({"name": " A\nda "})).display_name().as_deref(), Some("Ada"));
        assert_eq!(claims(json!({"name": "x".repeat(200)})).display_name().map(|name| name.len()), Some(128));
        assert_eq!(claims(json!({"name": " "})).display_name(), None);
    }
}
