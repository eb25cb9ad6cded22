//! `webhook.test`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;
use crate::ids::WebhookId;

/// A test of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookTestData {
    /// The webhook.
    #[schema(value_type = String, example = "hok_06a1b2c3d4e5q")]
    pub webhook_id: WebhookId,
}

impl EventData for WebhookTestData {
    const NAME: &'static str = "webhook.test";
    const DESCRIPTION: &'static str = "Someone tests a webhook.";
    const EMITTED: &'static str =
        "By `webhooks.test` alone, to that webhook alone, whatever events it asks for. It is in no log.";

    fn resource_id(&self) -> String {
        self.webhook_id.to_string()
    }
}
