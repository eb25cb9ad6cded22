//! What is wrong with what a channel is given.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::field::{Field, Format, SecretValues, Settings};
use super::platform::Platform;
use crate::json_schema::Schema;
use crate::outbound::GuardedClient;

/// Something that is wrong with the description of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelFault {
    /// A JSON Pointer into the description.
    pub pointer: String,
    /// What is wrong, without a secret.
    pub detail: String,
}

impl ChannelFault {
    pub(super) fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// The settings among `values` with the platform's defaults, and the secrets.
pub(super) fn divide(platform: &dyn Platform, values: &BTreeMap<String, String>) -> (Settings, SecretValues) {
    let is_secret = |name: &str| platform.fields().iter().any(|field| field.name == name && field.is_secret);
    let (secrets, mut settings): (BTreeMap<_, _>, BTreeMap<_, _>) =
        values.clone().into_iter().partition(|(name, _)| is_secret(name));
    for field in platform.fields() {
        if let (Some(default), None) = (field.default, settings.get(field.name)) {
            settings.insert(field.name.to_owned(), default.to_owned());
        }
    }
    (Settings(settings), SecretValues(secrets))
}

/// All that is wrong with what is given for the fields of a platform. `root` is where they stand; `are_all` says
/// whether what is required must be among it.
pub(super) fn check(
    platform: &dyn Platform,
    values: &BTreeMap<String, String>,
    root: &str,
    are_all: bool,
    guard: &GuardedClient,
) -> Vec<ChannelFault> {
    let mut faults = Vec::new();
    for name in values.keys() {
        if !platform.fields().iter().any(|field| field.name == name) {
            let known: Vec<&str> = platform.fields().iter().map(|field| field.name).collect();
            let detail = format!("is nothing that {} needs: it has {}", platform.title(), known.join(", "));
            faults.push(ChannelFault::new(place(root, name), detail));
        }
    }
    for field in platform.fields() {
        match values.get(field.name) {
            Some(value) => {
                let fault = fault_of(field, value, guard);
                faults.extend(fault.map(|detail| ChannelFault::new(place(root, field.name), detail)));
            }
            None if field.is_required && are_all => {
                faults.push(ChannelFault::new(place(root, field.name), "must be given"));
            }
            None => {}
        }
    }
    faults
}

/// What is wrong with the settings together.
pub(super) fn check_together(platform: &dyn Platform, settings: &Settings, root: &str) -> Vec<ChannelFault> {
    let faults = platform.check_settings(settings);
    faults.into_iter().map(|(name, detail)| ChannelFault::new(place(root, name), detail)).collect()
}

fn place(root: &str, name: &str) -> String {
    format!("{root}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn fault_of(field: &Field, value: &str, guard: &GuardedClient) -> Option<String> {
    if value.is_empty() {
        return field.is_required.then(|| "must not be empty".to_owned());
    }
    if value.len() > field.bytes_max {
        return Some(format!("has more than {} bytes", field.bytes_max));
    }
    if value.chars().any(char::is_control) {
        return Some("must be one line without control characters".to_owned());
    }
    match field.format {
        Format::Text => None,
        Format::Url if value.contains(['?', '#', ' ']) => {
            Some("must not have a query, a fragment or spaces".to_owned())
        }
        Format::Url => guard.check(value).err().map(|refusal| refusal.to_string()),
        Format::Choice(choices) => {
            (!choices.contains(&value)).then(|| format!("must be one of {}", choices.join(", ")))
        }
        Format::Pattern(pattern) => {
            let schema = Schema::of_own(json!({"pattern": pattern}));
            let is_good = schema.faults_of(&Value::String(value.to_owned())).is_empty();
            // Without the value, which may be a secret.
            (!is_good).then(|| format!("must match {pattern}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::generic::Generic;
    use crate::config::OutboundConfig;

    fn faults(values: &[(&str, &str)], are_all: bool) -> Vec<String> {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let guard = GuardedClient::new(&OutboundConfig::default());
        check(&Generic, &values, "/platform", are_all, &guard).into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn each_fault_has_its_place() {
        let (url, secret) = (("url", "https://chat.example"), ("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        assert_eq!(faults(&[url, secret], true), [""; 0]);
        assert_eq!(faults(&[url], true), ["/platform/secret"]);
        assert_eq!(faults(&[url], false), [""; 0]);
        assert_eq!(faults(&[url, secret, ("a/b", "x")], true), ["/platform/a~1b"]);
        for wrong in ["", "http://127.0.0.1", "https://a.example?x=1", "ftp://a.example", "x"] {
            assert_eq!(faults(&[("url", wrong), secret], true), ["/platform/url"], "{wrong}");
        }
        for wrong in ["", "x", "whsec_\n", &"a".repeat(5_000)] {
            assert_eq!(faults(&[url, ("secret", wrong)], true), ["/platform/secret"], "{wrong}");
        }
        assert_eq!(faults(&[url, secret, ("streaming", "maybe")], true), ["/platform/streaming"]);
    }
}
