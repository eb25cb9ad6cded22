//! What is sent of an event: made once, when the delivery is, of what never changes.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::clock::rfc3339;
use crate::ids::{EventId, WebhookId};
use crate::store::events::{EventData as _, WebhookTestData};
use crate::store::{StoredEvent, WebhookPayload};

/// An event of any type as the document describes it.
#[derive(Serialize)]
struct FullEvent<'a> {
    id: EventId,
    #[serde(rename = "type")]
    event: &'a str,
    timestamp: String,
    data: &'a RawValue,
}

/// An event of any type without its data: what webhooks with the payload `thin` get.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ThinEvent {
    /// The event's id: the same wherever the event is read.
    #[schema(value_type = String, example = "evt_06a1b2c3d4e5q")]
    pub id: EventId,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(max_length = 64, example = "agent.updated")]
    pub event: String,
    /// When it happened.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub timestamp: String,
    /// The id of what it is about.
    #[schema(max_length = 256, example = "support")]
    pub resource_id: String,
}

/// What is sent of `event`.
pub(super) fn of_event(event: &StoredEvent, payload: WebhookPayload) -> String {
    let (id, timestamp) = (event.id, rfc3339(event.at_ms));
    // What is in the log was written as JSON.
    let data = serde_json::from_str::<&RawValue>(&event.data).ok().filter(|_| payload == WebhookPayload::Full);
    let written = match data {
        Some(data) => serde_json::to_string(&FullEvent { id, event: &event.event, timestamp, data }),
        None => {
            let (event, resource_id) = (event.event.clone(), event.resource_id.clone());
            serde_json::to_string(&ThinEvent { id, event, timestamp, resource_id })
        }
    };
    written.unwrap_or_default()
}

/// The type of a test, and what is sent of it.
pub(super) fn test(webhook: WebhookId, id: EventId, now_ms: i64) -> (String, String) {
    let data = WebhookTestData { webhook_id: webhook };
    let event = StoredEvent {
        position: 0,
        id,
        at_ms: now_ms,
        event: WebhookTestData::NAME.to_owned(),
        owner: None,
        agent_id: None,
        resource_id: data.resource_id(),
        data: serde_json::to_string(&data).unwrap_or_default(),
    };
    let body = of_event(&event, WebhookPayload::Full);
    (event.event, body)
}
