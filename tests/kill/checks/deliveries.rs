//! The log of events has no gap, and each event that a webhook wants has come there, with one body whenever it came.

use std::collections::{BTreeMap, BTreeSet};

use astra_core::ids::{DeliveryId, EventId, WebhookId};
use astra_core::params;
use astra_core::store::{Db, Row};
use serde_json::Value;

use super::Counts;
use crate::place::{Place, WANTED};

/// Types of events that go to streams alone.
const OF_STREAMS: [&str; 2] = ["turn.started", "job.progress"];

/// An event of the log.
#[derive(Debug)]
pub(super) struct LoggedEvent {
    pub(super) workspace: i64,
    pub(super) position: i64,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) resource_id: String,
}

/// A delivery in the store.
struct KeptDelivery {
    id: String,
    webhook: String,
    event_id: String,
    body: String,
    status: String,
}

/// The log has each position once, from 1 to the head of its workspace; answers it.
pub(super) async fn check_log(db: &Db, counts: &mut Counts) -> Vec<LoggedEvent> {
    let sql = "SELECT workspace_id, position, id, event, resource_id FROM outbox ORDER BY workspace_id, position";
    let read = |row: &mut Row| {
        let (workspace, position, id): (_, _, EventId) = (row.next_int()?, row.next_int()?, row.next_id()?);
        let (name, resource_id) = (row.next_text()?, row.next_text()?);
        Ok(LoggedEvent { workspace, position, id: id.to_string(), name, resource_id })
    };
    let events: Vec<LoggedEvent> =
        db.read(move |tx| tx.query(sql, params![])?.iter_mut().map(read).collect()).await.expect("the events");
    let sql = "SELECT workspace_id, position FROM event_heads";
    let read = |row: &mut Row| Ok((row.next_int()?, row.next_int()?));
    let heads: BTreeMap<i64, i64> =
        db.read(move |tx| tx.query(sql, params![])?.iter_mut().map(read).collect()).await.expect("the heads");
    for (workspace, head) in heads {
        let positions = events.iter().filter(|event| event.workspace == workspace).map(|event| event.position);
        assert!(positions.eq(1..=head), "the positions of the workspace {workspace} are not 1 to {head}");
    }
    let ids: BTreeSet<&String> = events.iter().map(|event| &event.id).collect();
    assert_eq!(ids.len(), events.len(), "an id is that of two events");
    counts.events = events.len();
    events
}

/// Each event is one delivery to each webhook that wants it, which has come there with this body and no other.
pub(super) async fn check(db: &Db, place: &Place, events: &[LoggedEvent], counts: &mut Counts) {
    let mut received = place.receiver.received();
    let deliveries = read(db).await;
    let mut found = BTreeMap::new();
    for delivery in &deliveries {
        assert_eq!(delivery.status, "succeeded", "the delivery {}", delivery.id);
        let before = found.insert((&delivery.webhook, &delivery.event_id), &delivery.id);
        assert!(before.is_none(), "an event is two deliveries: {before:?} and {}", delivery.id);
        let received = received.remove(&delivery.id);
        let received = received.unwrap_or_else(|| panic!("{} was not delivered", delivery.id));
        let number = place.webhooks.iter().position(|webhook| *webhook == delivery.webhook).expect("a webhook");
        assert_eq!(received.paths, BTreeSet::from([format!("/{number}")]), "{}", delivery.id);
        assert_eq!(received.bodies, BTreeSet::from([delivery.body.clone()]), "{} has two bodies", delivery.id);
        assert!(received.taken > 0, "{} was never taken", delivery.id);
        let body: Value = serde_json::from_str(&delivery.body).expect("JSON");
        assert_eq!(body["id"], delivery.event_id.as_str(), "{}", delivery.id);
        counts.received += received.times;
    }
    assert!(received.is_empty(), "delivered, and not kept: {received:?}");
    for event in events.iter().filter(|event| event.position > place.events_before) {
        for (webhook, wanted) in place.webhooks.iter().zip([None, Some(WANTED)]) {
            let is_wanted =
                wanted.map_or(!OF_STREAMS.contains(&event.name.as_str()), |names| names.contains(&event.name.as_str()));
            let delivery = found.remove(&(webhook, &event.id));
            assert_eq!(delivery.is_some(), is_wanted, "{event:?} at {webhook}");
        }
    }
    // The second webhook was made after the first one.
    assert!(found.len() <= 2, "deliveries of events that are not there: {found:?}");
    counts.deliveries = deliveries.len();
}

async fn read(db: &Db) -> Vec<KeptDelivery> {
    let sql = "SELECT id, webhook_id, event_id, body, status FROM deliveries WHERE is_test = 0 ORDER BY id";
    let read = |row: &mut Row| {
        let (id, webhook, event_id): (DeliveryId, WebhookId, EventId) =
            (row.next_id()?, row.next_id()?, row.next_id()?);
        let (body, status) = (row.next_text()?, row.next_text()?);
        Ok(KeptDelivery {
            id: id.to_string(),
            webhook: webhook.to_string(),
            event_id: event_id.to_string(),
            body,
            status,
        })
    };
    db.read(move |tx| tx.query(sql, params![])?.iter_mut().map(read).collect()).await.expect("the deliveries")
}
