//! The configuration as a list of keys with their values, without secrets, and where each value comes from.

use std::collections::BTreeMap;

use serde_json::Value;

use super::sources::{ConfigOrigin, ConfigSource};
use super::{Config, Secret};

/// A key of the configuration with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigValue {
    /// Such as `store.audit_days`.
    pub key: String,
    /// Its value; a secret is `***`.
    pub value: Value,
    /// Where it comes from.
    pub origin: ConfigOrigin,
}

impl Config {
    /// All keys with their values, sorted. A list is one value; an object has a key for each of its fields.
    ///
    /// # Errors
    /// If a value cannot be written as JSON.
    pub fn effective(&self) -> Result<Vec<ConfigValue>, serde_json::Error> {
        let (own, defaults) = (leaves(&serde_json::to_value(self)?), leaves(&serde_json::to_value(Self::default())?));
        let value = |(key, value): (String, Value)| {
            let is_default = defaults.get(&key).map_or(value.is_null(), |default| *default == value);
            let source = if is_default { ConfigSource::Default } else { ConfigSource::Program };
            let origin = self.sources.origin(&key).cloned().unwrap_or(ConfigOrigin { source, name: None });
            ConfigValue { key, value, origin }
        };
        Ok(own.into_iter().map(value).collect())
    }
}

/// The keys of what is no object in `value`, with their values.
fn leaves(value: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    gather("", value, &mut found);
    found
}

fn gather(key: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                gather(&if key.is_empty() { name.clone() } else { format!("{key}.{name}") }, value, found);
            }
        }
        Value::String(text) => drop(found.insert(key.to_owned(), without_user(text).into())),
        value => drop(found.insert(key.to_owned(), value.clone())),
    }
}

/// A URL without the user and the password that stand in it.
fn without_user(text: &str) -> String {
    let hidden = text.split_once("://").and_then(|(scheme, rest)| {
        let (authority, path) = rest.find(['/', '?', '#']).map_or((rest, ""), |end| rest.split_at(end));
        let (_, host) = authority.rsplit_once('@')?;
        Some(format!("{scheme}://{}@{host}{path}", Secret::MASK))
    });
    hidden.unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(config: &Config, key: &str) -> ConfigValue {
        let values = config.effective().unwrap();
        values.into_iter().find(|value| value.key == key).unwrap_or_else(|| panic!("there is no {key}"))
    }

    #[test]
    fn each_value_says_where_it_comes_from_and_no_secret() {
        let mut config = Config { drain_s: 7, ..Config::default() };
        config.auth.jwt_secret = Some(Secret::new("very-hidden"));
        config.store.audit_days = 5;
        config.sources.set("store.audit_days", ConfigSource::File, "astra.yml");
        config.sources.set("auth.jwt_secret", ConfigSource::Environment, "ASTRA_JWT_SECRET");
        config.sources.set("allowed_origins.0", ConfigSource::File, "astra.yml");
        let text = format!("{:?}", config.effective().unwrap());
        assert!(!text.contains("very-hidden"), "{text}");
        let origin = |key| shown(&config, key).origin;
        assert_eq!(origin("drain_s").source, ConfigSource::Program);
        assert_eq!(origin("store.readers"), ConfigOrigin { source: ConfigSource::Default, name: None });
        assert_eq!(origin("store.audit_days").name.as_deref(), Some("astra.yml"));
        assert_eq!(origin("allowed_origins").source, ConfigSource::File);
        let secret = shown(&config, "auth.jwt_secret");
        assert_eq!((secret.value, secret.origin.source), (Secret::MASK.into(), ConfigSource::Environment));
    }

    #[test]
    fn urls_lose_their_users() {
        for (text, expected) in [
            ("https://a:b@host/x?y=z@w", "https://***@host/x?y=z@w"),
            ("https://host/a@b", "https://host/a@b"),
            ("a@b", "a@b"),
        ] {
            assert_eq!(without_user(text), expected);
        }
    }
}
