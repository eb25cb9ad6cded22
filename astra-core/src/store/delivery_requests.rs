//! Deliveries that someone asks for: tests, and those that are sent again.

use serde_json::json;

use super::actor::Target;
use super::deliveries::{Deliveries, DeliveryStatus, NewDelivery, StoredDelivery, find, insert};
use super::error::{Result, WebhookRefusal};
use super::idempotency::OnceKey;
use super::new_job::NewJob;
use super::signals::Signal;
use super::tx::Tx;
use crate::ids::{DeliveryId, JobId, WebhookId};
use crate::params;

/// Deliveries that are sent again in one transaction.
const PIECE: u32 = 1_000;

/// Which failed deliveries are sent again.
#[derive(Debug, Clone, Copy)]
pub struct Recovery {
    /// Those to this webhook, ...
    pub webhook: WebhookId,
    /// ... made at this time or later, in milliseconds since the epoch, ...
    pub from_ms: i64,
    /// ... and before this one, ...
    pub to_ms: i64,
    /// ... that had failed before this one.
    pub failed_before_ms: i64,
}

impl Deliveries<'_> {
    /// Keeps a delivery that someone has asked for; `None` if its webhook is not there.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn create(self, new: NewDelivery, once: Option<OnceKey>) -> Result<Option<StoredDelivery>> {
        let (actor, now_ms) = (self.0.actor(), new.now_ms);
        self.0
            .lock_found_once(once, now_ms, move |tx| {
                let sql = "SELECT id FROM webhooks WHERE workspace_id = $1 AND id = $2";
                if tx.first(sql, params![new.webhook])?.is_none() {
                    return Ok(None);
                }
                insert(tx, &new)?;
                tx.announce(Signal::Deliveries);
                let id = new.id.to_string();
                tx.audit(actor.as_deref(), target(&id), &json!({"webhook_id": new.webhook}))?;
                find(tx, new.webhook, new.id, "")
            })
            .await
    }

    /// Lets a delivery be sent again, now; `None` if it is not there.
    ///
    /// # Errors
    /// [`WebhookRefusal::Disabled`]; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn redeliver(
        self,
        webhook: WebhookId,
        id: DeliveryId,
        now_ms: i64,
        once: Option<OnceKey>,
    ) -> Result<Option<StoredDelivery>> {
        let actor = self.0.actor();
        self.0
            .lock_found_once(once, now_ms, move |tx| {
                let Some(found) = find(tx, webhook, id, tx.lock())? else { return Ok(None) };
                if !found.is_test {
                    check_enabled(tx, webhook)?;
                }
                if found.status == DeliveryStatus::Sending {
                    let sql =
                        "UPDATE deliveries SET is_wanted_again = 1, tries = 0 WHERE workspace_id = $1 AND id = $2";
                    tx.execute(sql, params![id])?;
                } else {
                    let sql = format!("UPDATE deliveries SET {AGAIN} WHERE workspace_id = $2 AND id = $3");
                    let workspace = tx.workspace().unwrap_or_default();
                    tx.unscoped().execute(&sql, params![now_ms, workspace, id])?;
                    tx.announce(Signal::Deliveries);
                }
                tx.audit(actor.as_deref(), target(&id.to_string()), &json!({"webhook_id": webhook}))?;
                find(tx, webhook, id, "")
            })
            .await
    }
}

impl Deliveries<'_> {
    /// Keeps the job `id` that sends failed deliveries to a webhook again; `None` if the webhook is not there.
    ///
    /// # Errors
    /// [`WebhookRefusal::Disabled`]; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn begin_recovery(
        self,
        webhook: WebhookId,
        id: JobId,
        job: NewJob,
        now_ms: i64,
        once: Option<OnceKey>,
    ) -> Result<Option<JobId>> {
        let actor = self.0.actor();
        self.0
            .lock_found_once(once, now_ms, move |tx| {
                let sql = "SELECT id FROM webhooks WHERE workspace_id = $1 AND id = $2";
                if tx.first(sql, params![webhook])?.is_none() {
                    return Ok(None);
                }
                check_enabled(tx, webhook)?;
                let kept = tx.enqueue(id, &job, now_ms)?.id();
                let changes = json!({"webhook_id": webhook});
                tx.audit(actor.as_deref(), Target { kind: "job", id: &kept.to_string() }, &changes)?;
                Ok(Some(kept))
            })
            .await
    }
}

/// What lets a delivery be sent again at `$1`.
const AGAIN: &str = "status = 'pending', is_due = 1, next_at_ms = $1, tries = 0, finished_at_ms = NULL";

const fn target(id: &str) -> Target<'_> {
    Target { kind: "delivery", id }
}

impl Tx<'_> {
    /// Lets up to 1,000 failed deliveries be sent again at `now_ms`; answers how many there were.
    ///
    /// # Errors
    /// [`WebhookRefusal::Disabled`], also for a webhook that is not there.
    pub fn recover(&mut self, recovery: Recovery, now_ms: i64) -> Result<u64> {
        check_enabled(self, recovery.webhook)?;
        let workspace = self.workspace().unwrap_or_default();
        let sql = format!(
            "UPDATE deliveries SET {AGAIN} WHERE id IN (SELECT d.id FROM deliveries d WHERE d.workspace_id = $2
                AND d.webhook_id = $3 AND d.status = 'failed' AND d.created_at_ms >= $4 AND d.created_at_ms < $5
                AND d.finished_at_ms < $6 AND d.is_test = 0 ORDER BY d.created_at_ms, d.id LIMIT $7)"
        );
        let Recovery { webhook, from_ms, to_ms, failed_before_ms } = recovery;
        let params = params![now_ms, workspace, webhook, from_ms, to_ms, failed_before_ms, PIECE];
        let count = self.unscoped().execute(&sql, params)?;
        if count > 0 {
            self.announce(Signal::Deliveries);
        }
        Ok(count)
    }
}

fn check_enabled(tx: &mut Tx<'_>, webhook: WebhookId) -> Result<()> {
    let sql = "SELECT id FROM webhooks WHERE workspace_id = $1 AND id = $2 AND is_enabled = 1";
    match tx.first(sql, params![webhook])? {
        Some(_) => Ok(()),
        None => Err(WebhookRefusal::Disabled.into()),
    }
}
