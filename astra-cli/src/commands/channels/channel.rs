//! A channel, as the gateway tells of it.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client::Client;
use crate::error::{Error, Result};
use crate::harmless::on_one_line;

/// A channel, as the gateway tells of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Channel {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) agent_id: String,
    pub(super) is_enabled: bool,
    pub(super) webhook_url: String,
    pub(super) set_up: Vec<String>,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// How a channel is, from what came and was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Health {
    pub(super) channel_id: String,
    pub(super) last_inbound_at: Option<String>,
    pub(super) last_outbound_at: Option<String>,
    pub(super) last_error: Option<String>,
    pub(super) failing_since: Option<String>,
    pub(super) queue_length: u64,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// What the platform has said of a channel's credentials.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Verdict {
    pub(super) is_ok: bool,
    identity: Option<Identity>,
    error: Option<String>,
    has_entered_url: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Identity {
    id: String,
    name: String,
}

/// Where the channel `id` is.
pub(super) fn path(id: &str) -> Result<String> {
    let is_id = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if id.strip_prefix("chn_").is_some_and(is_id) {
        return Ok(format!("/channels/{id}"));
    }
    Err(Error::usage(format!("`{id}` is not the id of a channel")).hint("`astra channels list` shows the ids"))
}

/// The channel at `path`.
pub(super) async fn find(client: &Client, path: &str) -> Result<Channel> {
    client.fetch(client.request(Method::GET, path)).await
}

/// Lets the gateway ask the platform of the channel at `path`.
pub(super) async fn check(client: &Client, path: &str) -> Result<Verdict> {
    client.fetch(client.request(Method::POST, &format!("{path}/check"))).await
}

impl Channel {
    /// Whether it is answered: `on`, `off` or `failing`.
    pub(super) const fn status(&self, health: Option<&Health>) -> &'static str {
        match health {
            _ if !self.is_enabled => "off",
            Some(Health { failing_since: Some(_), .. }) => "failing",
            _ => "on",
        }
    }

    /// What must be done at the platform, a line each.
    pub(super) fn steps(&self) -> impl Iterator<Item = String> {
        self.set_up.iter().enumerate().map(|(place, step)| format!("  {}. {}", place + 1, on_one_line(step)))
    }
}

impl Verdict {
    /// What it says, a line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(Identity { id, name }) = &self.identity {
            lines.push(match (name.as_str(), id.as_str()) {
                // The platform says nothing, or cannot be asked.
                ("", "") => "the check has found no fault".to_owned(),
                ("", who) | (who, "") => format!("the platform takes the credentials: the bot is {who}"),
                (name, id) => format!("the platform takes the credentials: the bot is {name} ({id})"),
            });
        }
        if self.has_entered_url {
            lines.push("the webhook's URL is entered at the platform".to_owned());
        }
        if let Some(error) = &self.error {
            let what = if self.identity.is_some() { "the URL is not entered" } else { "the check failed" };
            lines.push(format!("{what}: {error}"));
        }
        lines.iter().map(|line| on_one_line(line)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_id_makes_a_path() {
        assert_eq!(path("chn_06a1b2c3d4e5q").expect("an id"), "/channels/chn_06a1b2c3d4e5q");
        for wrong in ["", "chn_", "chn_a/../b", "hok_06a1b2c3d4e5q", "chn_a?x"] {
            assert!(path(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_verdict_says_what_is_good_and_what_is_not() {
        let verdict = |text: &str| serde_json::from_str::<Verdict>(text).expect("a verdict").lines();
        assert_eq!(
            verdict(r#"{"is_ok":true,"identity":{"id":"U1","name":"astra"},"error":null,"has_entered_url":true}"#),
            [
                "the platform takes the credentials: the bot is astra (U1)",
                "the webhook's URL is entered at the platform"
            ]
        );
        assert_eq!(
            verdict(r#"{"is_ok":false,"identity":null,"error":"invalid_auth","has_entered_url":false}"#),
            ["the check failed: invalid_auth"]
        );
        assert_eq!(
            verdict(r#"{"is_ok":false,"identity":{"id":"","name":""},"error":"bad\nURL","has_entered_url":false}"#),
            ["the check has found no fault", "the URL is not entered: bad URL"]
        );
    }
}
