//! From the log of events to deliveries: each event of a workspace becomes a delivery to each webhook that wants it, once, in the
//! order of the log. The place up to which that is done is kept with the deliveries.

use super::db::Db;
use super::deliveries::{NewDelivery, insert};
use super::error::Result;
use super::events::{CATALOGUE, EventAudience};
use super::outbox::{StoredEvent, events_after};
use super::signals::Signal;
use super::tx::Tx;
use super::webhook_settings::WebhookPayload;
use super::webhooks::{StoredWebhook, all};
use super::workspace::WorkspaceId;
use crate::ids::IdMaker;
use crate::params;

/// Workspaces that are looked at in one piece.
const WORKSPACES_MAX: u32 = 256;
/// Events that become deliveries in one transaction, whatever number of webhooks there is.
const EVENTS_MAX: u32 = 100;

/// What deliveries are made of.
#[derive(Clone)]
pub struct FanOut {
    /// Makes their ids.
    pub ids: IdMaker,
    /// What is sent of an event.
    pub body: fn(&StoredEvent, WebhookPayload) -> String,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

impl Db {
    /// Workspaces with events that have not become deliveries, at most 256. It writes nothing.
    pub async fn workspaces_to_fan_out(&self) -> Result<Vec<WorkspaceId>> {
        self.read(|tx| {
            let sql = "SELECT w.number, w.id FROM webhook_heads h JOIN event_heads e ON e.workspace_id = h.workspace_id
                JOIN workspaces w ON w.number = h.workspace_id WHERE e.position > h.position LIMIT $1";
            let rows = tx.query(sql, params![WORKSPACES_MAX])?.into_iter();
            rows.map(|mut row| Ok(WorkspaceId::new(row.next_int()?, &row.next_text()?))).collect()
        })
        .await
    }

    /// Makes deliveries of up to 100 events of a workspace. Answers how many events there were; none if another gateway is doing
    /// the same.
    pub async fn fan_out(&self, workspace: &WorkspaceId, work: FanOut) -> Result<u32> {
        self.rows(workspace).write_locking(move |tx| fan_out(tx, &work)).await
    }
}

fn fan_out(tx: &mut Tx<'_>, work: &FanOut) -> Result<u32> {
    let lock = if tx.is_shared() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!("SELECT position FROM webhook_heads WHERE workspace_id = $1{lock}");
    let Some(mut row) = tx.first(&sql, params![])? else { return Ok(0) };
    let events = events_after(tx, row.next_int()?, EVENTS_MAX)?;
    let Some(last) = events.last() else { return catch_up(tx) };
    let webhooks = all(tx)?;
    let mut is_any = false;
    for event in events.iter().filter(|event| is_sent(&event.event)) {
        for webhook in webhooks.iter().filter(|webhook| wants(webhook, event)) {
            let delivery = NewDelivery {
                id: work.ids.id(),
                webhook: webhook.id,
                event_id: event.id,
                event: event.event.clone(),
                body: (work.body)(event, webhook.settings.payload),
                is_test: false,
                now_ms: work.now_ms,
            };
            insert(tx, &delivery)?;
            is_any = true;
        }
    }
    tx.execute("UPDATE webhook_heads SET position = $2 WHERE workspace_id = $1", params![last.position])?;
    if is_any {
        tx.announce(Signal::Deliveries);
    }
    Ok(u32::try_from(events.len()).unwrap_or(EVENTS_MAX))
}

/// Events that were swept before they became deliveries are passed over.
fn catch_up(tx: &mut Tx<'_>) -> Result<u32> {
    // One statement sees one state: an event that is committed meanwhile is not passed over.
    let sql = "UPDATE webhook_heads SET position = (SELECT e.position FROM event_heads e WHERE e.workspace_id = $1)
        WHERE workspace_id = $1 AND EXISTS (SELECT 1 FROM event_heads e WHERE e.workspace_id = $1)
            AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.workspace_id = $1 AND o.position > webhook_heads.position)";
    tx.execute(sql, params![])?;
    Ok(0)
}

/// Whether webhooks get events of the type `name`; those that streams alone get are many.
fn is_sent(name: &str) -> bool {
    CATALOGUE.iter().any(|known| known.name == name && known.audience == EventAudience::All)
}

/// Whether `webhook` is on since before `event`, and asks for it.
fn wants(webhook: &StoredWebhook, event: &StoredEvent) -> bool {
    let settings = &webhook.settings;
    let is_of_agent =
        || event.agent_id.as_ref().is_some_and(|agent| settings.agent_ids.iter().any(|id| id.0 == *agent));
    settings.is_enabled
        && event.position > webhook.from_position
        && (settings.events.is_empty() || settings.events.iter().any(|name| name.0 == event.event))
        && (settings.agent_ids.is_empty() || is_of_agent())
}
