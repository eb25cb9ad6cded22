//! `webhook.disabled`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;

/// A webhook that was switched off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookDisabledData {
    /// The webhook.
    #[schema(example = "hok_06a1b2c3d4e5q")]
    pub webhook_id: String,
    /// Why.
    pub reason: WebhookDisabledReason,
}

/// Why a webhook was switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookDisabledReason {
    /// The endpoint has answered 410.
    Gone,
    /// All deliveries have failed for five days.
    Failing,
}

impl EventData for WebhookDisabledData {
    const NAME: &'static str = "webhook.disabled";
    const DESCRIPTION: &'static str = "The gateway has switched a webhook off.";
    const EMITTED: &'static str =
        "When an endpoint answers 410, or has failed for five days. A webhook that a caller switches off emits none.";

    fn resource_id(&self) -> String {
        self.webhook_id.clone()
    }
}
