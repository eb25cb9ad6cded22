//! What the operations of the channels group share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::channels::Identity;
use crate::clock::rfc3339;
use crate::http::PlatformInput;
use crate::ids::{ChannelId, SessionId, TurnId};
use crate::store::{ChannelMessageState, ChannelSettings, StoredChannel, StoredChannelHealth, StoredChannelMessage};

/// A channel to be made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateChannel {
    /// Which agents answer whom.
    #[serde(flatten)]
    pub settings: ChannelSettings,
    /// The platform, with what it needs.
    pub platform: PlatformInput,
}

/// What of a channel can be changed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelUpdate {
    /// Which agents answer whom.
    #[serde(flatten)]
    pub settings: ChannelSettings,
    /// The platform's settings, by their names; its secrets are changed by `channels.rotate_secrets`.
    #[serde(default)]
    #[schema(default = json!({}), example = json!({"url": "https://chat.example.com/astra"}))]
    pub platform_settings: BTreeMap<String, String>,
}

/// Where people meet agents. No secret is shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Channel {
    /// The channel's id.
    #[schema(value_type = String, example = "chn_06a1b2c3d4e5q")]
    pub id: ChannelId,
    /// The platform's name.
    #[schema(max_length = 32, example = "slack")]
    pub kind: String,
    /// Which agents answer whom.
    #[serde(flatten)]
    pub settings: ChannelSettings,
    /// The platform's settings, by their names.
    #[schema(example = json!({"api_url": "https://slack.com/api"}))]
    pub platform_settings: BTreeMap<String, String>,
    /// The secrets that are set, without their values.
    #[schema(max_items = 16)]
    pub secrets: Vec<ChannelSecret>,
    /// Who the bot is on its platform; null until `channels.check` has asked the platform.
    pub identity: Option<ChannelIdentity>,
    /// The URL that the platform calls. Without a `public_url` in the gateway's configuration its beginning is
    /// `https://<gateway>`.
    #[schema(max_length = 2048, example = "https://astra.example.com/channels/chn_06a1b2c3d4e5q/webhook")]
    pub webhook_url: String,
    /// What people must do at the platform, step by step, in Markdown.
    #[schema(max_items = 32, example = json!(["Enter the URL under Event Subscriptions."]))]
    pub set_up: Vec<String>,
    /// When it was created.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// The time of the last change.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub updated_at: String,
    /// The account that created it.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub created_by: String,
}

/// A secret of a channel, without the secret itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChannelSecret {
    /// Its name.
    #[schema(max_length = 32, example = "signing_secret")]
    pub name: String,
    /// When it was set.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub set_at: String,
    /// Until when the one before it verifies too; null if there is none.
    #[schema(example = "2026-11-24T21:07:00.000Z")]
    pub previous_until: Option<String>,
}

/// Who the bot of a channel is on its platform.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChannelIdentity {
    /// Its id there.
    #[schema(max_length = 255, example = "U0LAN0Z89")]
    pub id: String,
    /// Its name, as people see it.
    #[schema(max_length = 255, example = "astra")]
    pub name: String,
}

/// How a channel is, from what came and was sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChannelHealth {
    /// The channel.
    #[schema(value_type = String, example = "chn_06a1b2c3d4e5q")]
    pub channel_id: ChannelId,
    /// The platform's name.
    #[schema(max_length = 32, example = "slack")]
    pub kind: String,
    /// When the platform last sent something; null if nothing is kept.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub last_inbound_at: Option<String>,
    /// When the platform last took something; null if nothing is kept.
    #[schema(example = "2026-11-23T21:07:02.000Z")]
    pub last_outbound_at: Option<String>,
    /// What failed last; null if nothing has.
    #[schema(max_length = 1024, example = "the platform answered with status 401")]
    pub last_error: Option<String>,
    /// When it failed.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub last_error_at: Option<String>,
    /// Since when the platform refuses all that is sent; null if it does not.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub failing_since: Option<String>,
    /// Messages that wait or are being answered; 10,000 for more.
    #[schema(minimum = 0, maximum = 10_000, example = 0)]
    pub queue_length: i64,
    /// Since when the oldest of them waits; null if there is none.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub oldest_queued_at: Option<String>,
}

/// An event that came to a channel, and what came of it. What was said in it is in the session.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChannelMessage {
    /// The platform's id of it.
    #[schema(max_length = 255, example = "Ev08MFMKH6")]
    pub event_id: String,
    /// How far it is.
    pub status: ChannelMessageStatus,
    /// Why it is ignored, or not answered.
    #[schema(max_length = 4096, example = "it does not mention the bot")]
    pub reason: Option<String>,
    /// The conversation, by the platform's id; null for what is no message.
    #[schema(max_length = 255, example = "C024BE91L")]
    pub conversation: Option<String>,
    /// Who has written it, by the platform's id.
    #[schema(max_length = 255, example = "U061F7AUR")]
    pub person: Option<String>,
    /// The user that the person is in the workspace.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub user_id: Option<String>,
    /// The session of its turn.
    #[schema(value_type = Option<String>, example = "ses_06a1b2c3d4e5q")]
    pub session_id: Option<SessionId>,
    /// The turn that answers it.
    #[schema(value_type = Option<String>, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: Option<TurnId>,
    /// When it came.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub received_at: String,
    /// When it was over.
    #[schema(example = "2026-11-23T21:07:02.000Z")]
    pub finished_at: Option<String>,
}

/// How far an event of a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelMessageStatus {
    /// It waits, or is being answered.
    Waiting,
    /// Its answer is recorded, and is being sent.
    Sending,
    /// It is answered.
    Answered,
    /// It is not answered, and was not to be.
    Ignored,
    /// It could not be answered.
    Failed,
    /// A part of its answer may have arrived or not.
    Unknown,
}

/// The channel of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ChannelPath {
    /// The channel's id.
    #[param(value_type = String, example = "chn_06a1b2c3d4e5q")]
    pub channel_id: ChannelId,
}

impl Channel {
    /// The channel of a row, with what its platform says of it.
    pub fn new(stored: StoredChannel, webhook_url: String, set_up: Vec<String>) -> Self {
        let identity: Option<Identity> = stored.identity.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let secrets = stored.secrets.into_iter().map(|(name, stamp)| ChannelSecret {
            name,
            set_at: rfc3339(stamp.set_at_ms),
            previous_until: stamp.previous_until_ms.map(rfc3339),
        });
        Self {
            id: stored.id,
            kind: stored.kind,
            settings: stored.settings,
            platform_settings: stored.fields,
            secrets: secrets.collect(),
            identity: identity.map(ChannelIdentity::from),
            webhook_url,
            set_up,
            created_at: rfc3339(stored.created_at_ms),
            updated_at: rfc3339(stored.updated_at_ms),
            created_by: stored.created_by,
        }
    }
}

impl From<Identity> for ChannelIdentity {
    fn from(identity: Identity) -> Self {
        Self { id: identity.id, name: identity.name }
    }
}

impl From<StoredChannelHealth> for ChannelHealth {
    fn from(stored: StoredChannelHealth) -> Self {
        let (last_error, last_error_ms) = stored.last_error.unzip();
        Self {
            channel_id: stored.id,
            kind: stored.kind,
            last_inbound_at: stored.last_inbound_ms.map(rfc3339),
            last_outbound_at: stored.last_outbound_ms.map(rfc3339),
            last_error,
            last_error_at: last_error_ms.map(rfc3339),
            failing_since: stored.failing_since_ms.map(rfc3339),
            queue_length: stored.queued,
            oldest_queued_at: stored.oldest_queued_ms.map(rfc3339),
        }
    }
}

impl From<StoredChannelMessage> for ChannelMessage {
    fn from(stored: StoredChannelMessage) -> Self {
        Self {
            event_id: stored.event_id,
            status: stored.state.into(),
            reason: stored.reason,
            conversation: Some(stored.conversation).filter(|conversation| !conversation.is_empty()),
            person: stored.person,
            user_id: stored.user_id,
            session_id: stored.session_id,
            turn_id: stored.turn_id,
            received_at: rfc3339(stored.received_at_ms),
            finished_at: stored.finished_at_ms.map(rfc3339),
        }
    }
}

impl From<ChannelMessageState> for ChannelMessageStatus {
    fn from(state: ChannelMessageState) -> Self {
        match state {
            ChannelMessageState::Waiting => Self::Waiting,
            ChannelMessageState::Sending => Self::Sending,
            ChannelMessageState::Answered => Self::Answered,
            ChannelMessageState::Ignored => Self::Ignored,
            ChannelMessageState::Failed => Self::Failed,
            ChannelMessageState::Unknown => Self::Unknown,
        }
    }
}

impl From<ChannelMessageStatus> for ChannelMessageState {
    fn from(status: ChannelMessageStatus) -> Self {
        match status {
            ChannelMessageStatus::Waiting => Self::Waiting,
            ChannelMessageStatus::Sending => Self::Sending,
            ChannelMessageStatus::Answered => Self::Answered,
            ChannelMessageStatus::Ignored => Self::Ignored,
            ChannelMessageStatus::Failed => Self::Failed,
            ChannelMessageStatus::Unknown => Self::Unknown,
        }
    }
}
