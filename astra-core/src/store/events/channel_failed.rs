//! `channel.failed`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;

/// A channel that cannot send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelFailedData {
    /// The channel.
    #[schema(example = "chn_06a1b2c3d4e5q")]
    pub channel_id: String,
    /// Its platform.
    #[schema(max_length = 32, example = "slack")]
    pub kind: String,
    /// Why, in words.
    #[schema(max_length = 1024, example = "the platform answered with status 401")]
    pub error: String,
}

impl EventData for ChannelFailedData {
    const NAME: &'static str = "channel.failed";
    const DESCRIPTION: &'static str = "A channel cannot send: its platform refuses its credential.";
    const EMITTED: &'static str =
        "When a platform refuses a channel's credential for the first time since it last took something.";

    fn resource_id(&self) -> String {
        self.channel_id.clone()
    }
}
