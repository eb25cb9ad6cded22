//! A channel as its platform sees it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::field::{Secrets, Settings};
use crate::ids::ChannelId;

/// A channel as its platform sees it: what it was given, and what the platform has said of it since.
#[derive(Clone)]
pub struct Connection {
    /// The channel's id.
    pub id: ChannelId,
    /// Its settings, with the platform's defaults.
    pub settings: Settings,
    /// Its secrets.
    pub secrets: Secrets,
    /// Who the channel's bot is, from the last [`super::Platform::read_check`] that succeeded; `None` before that.
    pub identity: Option<Identity>,
    /// What [`super::Platform::read_token`] has read last, as long as it holds: filled for platforms with a token
    /// exchange before anything is sent, and `None` for others and while something is verified.
    pub token: Option<String>,
    /// The gateway's public URL, without a slash at its end; `None` if the gateway does not know it.
    pub public_url: Option<String>,
}

impl fmt::Debug for Connection {
    // Its token is a secret, and its settings may be long.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Connection {
    /// Where the platform calls this channel: `<gateway>/channels/<id>/webhook`.
    #[must_use]
    pub fn webhook_url(&self) -> String {
        webhook_url(self.public_url.as_deref(), self.id)
    }

    /// The channel's own address: `<gateway>/channels/<id>`. If the gateway does not know its public URL, the text has
    /// `https://<gateway>`, for people to put it in.
    #[must_use]
    pub fn base_url(&self) -> String {
        base_url(self.public_url.as_deref(), self.id)
    }
}

fn base_url(public_url: Option<&str>, id: ChannelId) -> String {
    format!("{}/channels/{id}", public_url.unwrap_or("https://<gateway>"))
}

pub(super) fn webhook_url(public_url: Option<&str>, id: ChannelId) -> String {
    format!("{}/webhook", base_url(public_url, id))
}

/// Who the bot of a channel is on its platform.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identity {
    /// The bot's id, by which its own messages and mentions of it are recognised.
    pub id: String,
    /// Its name, as people see it.
    pub name: String,
    /// What else the platform wants to know again, such as the id of a team; an object.
    #[serde(default)]
    pub extra: Value,
}

/// A token that a platform's token exchange gave.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The token itself.
    pub token: String,
    /// For how many seconds it holds.
    pub expires_in_s: u64,
}
