//! What the operations of the webhooks group share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clock::rfc3339;
use crate::ids::{DeliveryId, EventId, WebhookId};
use crate::store::events::WebhookDisabledReason;
use crate::store::{self, DeliveryStatus, StoredDelivery, StoredWebhook, WebhookSettings};
use crate::webhooks::{HeaderSecret, RevealedWebhook};

/// A webhook to be made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateWebhook {
    /// Where events are sent, and which.
    #[serde(flatten)]
    pub settings: WebhookSettings,
    /// Headers of each request, such as `Authorization`. Their values are sealed at rest and never shown.
    #[serde(default)]
    #[schema(default = json!({}), example = json!({"X-Team": "sales"}))]
    pub headers: BTreeMap<String, HeaderSecret>,
}

/// Where events of the workspace are sent, and how that goes. No secret is shown, nor the value of a header.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    /// The webhook's id.
    #[schema(value_type = String, example = "hok_06a1b2c3d4e5q")]
    pub id: WebhookId,
    /// Where events are sent, and which.
    #[serde(flatten)]
    pub settings: WebhookSettings,
    /// The names of the headers that are set.
    #[schema(max_items = 32, example = json!(["X-Team"]))]
    pub header_names: Vec<String>,
    /// The secrets that sign, the newest one last.
    #[schema(max_items = 5)]
    pub secrets: Vec<WebhookSecret>,
    /// Why the gateway has switched it off; null if it has not.
    pub disabled_reason: Option<WebhookDisabledReason>,
    /// When the gateway has switched it off.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub disabled_at: Option<String>,
    /// Attempts that have failed since the last success.
    #[schema(minimum = 0, example = 0)]
    pub consecutive_failures: u32,
    /// Since when all attempts have failed; null if the last one succeeded.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub failing_since: Option<String>,
    /// The last success, to the minute; null before the first.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub last_success_at: Option<String>,
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

/// A secret that signs, without the secret itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WebhookSecret {
    /// When it was created.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// Until when it signs; null for the newest one.
    #[schema(example = "2026-11-24T21:07:00.000Z")]
    pub expires_at: Option<String>,
}

/// A webhook with its newest secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WebhookWithSecret {
    /// The secret with which receivers verify signatures. It is shown only this once.
    #[schema(
        max_length = 128,
        pattern = "^whsec_[A-Za-z0-9+/=]+$",
        example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    )]
    pub secret: String,
    /// The webhook.
    pub webhook: Webhook,
}

/// An event on its way to a webhook.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// The delivery's id, which is the header `webhook-id` of all its attempts.
    #[schema(value_type = String, example = "dlv_06a1b2c3d4e5q")]
    pub id: DeliveryId,
    /// The webhook.
    #[schema(value_type = String, example = "hok_06a1b2c3d4e5q")]
    pub webhook_id: WebhookId,
    /// The event.
    #[schema(value_type = String, example = "evt_06a1b2c3d4e5q")]
    pub event_id: EventId,
    /// The event's type.
    #[schema(max_length = 64, example = "agent.updated")]
    pub event: String,
    /// Whether it is a test.
    #[schema(example = false)]
    pub is_test: bool,
    /// How far it is.
    pub status: DeliveryStatus,
    /// How often it was sent.
    #[schema(minimum = 0, example = 1)]
    pub attempt_count: i64,
    /// When it is sent next; null if it is being sent or over.
    #[schema(example = "2026-11-23T21:07:05.000Z")]
    pub next_attempt_at: Option<String>,
    /// The status that the last attempt was answered with.
    #[schema(minimum = 100, maximum = 599, example = 200)]
    pub last_status: Option<i64>,
    /// Why the last attempt failed, or why it is not sent any more.
    #[schema(max_length = 2048, example = "The endpoint answered with status 500.")]
    pub last_error: Option<String>,
    /// When it was made.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// When it was over.
    #[schema(example = "2026-11-23T21:07:00.150Z")]
    pub finished_at: Option<String>,
}

/// A delivery with what is sent and each attempt.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeliveryDetails {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// What is sent, byte by byte, in each attempt.
    #[schema(max_length = 1_048_576, example = "{\"id\":\"evt_06a1b2c3d4e5q\",\"type\":\"agent.updated\"}")]
    pub body: String,
    /// Its attempts, oldest first; of more than 100, the last ones. One whose gateway ended in the middle of it is not there.
    #[schema(max_items = 100)]
    pub attempts: Vec<DeliveryAttempt>,
}

/// An attempt to send a delivery.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeliveryAttempt {
    /// 1 for the first attempt.
    #[schema(minimum = 1, example = 1)]
    pub number: i64,
    /// When it began.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub at: String,
    /// How long it took, in milliseconds.
    #[schema(minimum = 0, example = 150)]
    pub latency_ms: i64,
    /// The status of the answer; null if there was none.
    #[schema(minimum = 100, maximum = 999, example = 500)]
    pub status: Option<i64>,
    /// Why it failed; null if it succeeded.
    #[schema(max_length = 2048, example = "The endpoint answered with status 500.")]
    pub error: Option<String>,
    /// The first KiB of the answer; null if there was none.
    #[schema(max_length = 1024, example = "oops")]
    pub answer: Option<String>,
}

/// The webhook of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct WebhookPath {
    /// The webhook's id.
    #[param(value_type = String, example = "hok_06a1b2c3d4e5q")]
    pub webhook_id: WebhookId,
}

/// The delivery of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DeliveryPath {
    /// The webhook's id.
    #[param(value_type = String, example = "hok_06a1b2c3d4e5q")]
    pub webhook_id: WebhookId,
    /// The delivery's id.
    #[param(value_type = String, example = "dlv_06a1b2c3d4e5q")]
    pub delivery_id: DeliveryId,
}

impl From<StoredWebhook> for Webhook {
    fn from(stored: StoredWebhook) -> Self {
        let secret = |stamp: store::WebhookSecretStamp| WebhookSecret {
            created_at: rfc3339(stamp.created_at_ms),
            expires_at: stamp.until_ms.map(rfc3339),
        };
        Self {
            id: stored.id,
            settings: stored.settings,
            header_names: stored.header_names,
            secrets: stored.secrets.into_iter().map(secret).collect(),
            disabled_reason: stored.disabled.map(|(reason, _)| reason),
            disabled_at: stored.disabled.map(|(_, at_ms)| rfc3339(at_ms)),
            consecutive_failures: stored.failures,
            failing_since: stored.failing_since_ms.map(rfc3339),
            last_success_at: stored.last_success_ms.map(rfc3339),
            created_at: rfc3339(stored.created_at_ms),
            updated_at: rfc3339(stored.updated_at_ms),
            created_by: stored.created_by,
        }
    }
}

impl From<RevealedWebhook> for WebhookWithSecret {
    fn from(revealed: RevealedWebhook) -> Self {
        Self { secret: revealed.secret.text(), webhook: revealed.webhook.into() }
    }
}

impl From<StoredDelivery> for Delivery {
    fn from(stored: StoredDelivery) -> Self {
        Self {
            id: stored.id,
            webhook_id: stored.webhook,
            event_id: stored.event_id,
            event: stored.event,
            is_test: stored.is_test,
            status: stored.status,
            attempt_count: stored.attempts,
            next_attempt_at: stored.next_at_ms.map(rfc3339),
            last_status: stored.last_status,
            last_error: stored.last_error,
            created_at: rfc3339(stored.created_at_ms),
            finished_at: stored.finished_at_ms.map(rfc3339),
        }
    }
}

impl From<store::DeliveryAttempt> for DeliveryAttempt {
    fn from(stored: store::DeliveryAttempt) -> Self {
        Self {
            number: stored.number,
            at: rfc3339(stored.at_ms),
            latency_ms: stored.latency_ms,
            status: stored.status,
            error: stored.error,
            answer: stored.answer,
        }
    }
}

impl From<store::DeliveryInFull> for DeliveryDetails {
    fn from(stored: store::DeliveryInFull) -> Self {
        let attempts = stored.attempts.into_iter().map(DeliveryAttempt::from).collect();
        Self { delivery: stored.delivery.into(), body: stored.body, attempts }
    }
}
