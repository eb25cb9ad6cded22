//! What came of attempts to send deliveries: written under the lease of the gateway that has made the attempt, with what it says
//! of the webhook's health.

use super::db::Db;
use super::deliveries::{ATTEMPTS_KEPT_MAX, DeliveryAttempt, fail_waiting};
use super::delivery_claims::{ClaimedDelivery, DeliveryLease};
use super::error::{Result, WebhookRefusal};
use super::events::{WebhookDisabledData, WebhookDisabledReason};
use super::pending_event::Cause;
use super::signals::Signal;
use super::tx::Tx;
use super::webhooks::{self, reason_word};
use crate::ids::{DeliveryId, EventId, WebhookId};
use crate::params;

/// The last success of a webhook is written down so often at the most, in milliseconds.
const SUCCESS_NOTED_MS: i64 = 60_000;

/// What came of an attempt.
#[derive(Debug, Clone)]
pub struct DeliveryReport {
    /// The attempt itself.
    pub attempt: DeliveryAttempt,
    /// What becomes of the delivery.
    pub ending: DeliveryEnding,
    /// Whether the webhook's own health does not count, since this is a test.
    pub is_test: bool,
    /// A webhook that fails for so long is switched off, in milliseconds.
    pub failing_ms_max: i64,
    /// The key of the event, should the webhook be switched off.
    pub event_id: EventId,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryEnding {
    /// The endpoint has taken it.
    Succeeded,
    /// It failed, and is sent again at this time, in milliseconds since the epoch.
    Retry(i64),
    /// It failed for good.
    Failed,
    /// It failed for good, and so will all others.
    Gone,
}

impl Db {
    /// Writes down what came of an attempt. Answers why the webhook is switched off by it, if it is.
    ///
    /// # Errors
    /// [`WebhookRefusal::LeaseLost`] if another gateway has the delivery, or it is over.
    pub async fn finish_delivery(
        &self,
        claimed: &ClaimedDelivery,
        report: DeliveryReport,
    ) -> Result<Option<WebhookDisabledReason>> {
        let (lease, webhook) = (claimed.lease, claimed.webhook.id);
        self.rows(&claimed.workspace).write_locking(move |tx| finish(tx, lease, webhook, &report)).await
    }
}

/// Ends an attempt. A delivery that was asked for again in the meantime is due at once, whatever came of it.
const FINISH: &str =
    "UPDATE deliveries SET status = CASE WHEN is_wanted_again = 1 THEN 'pending' ELSE CAST($4 AS TEXT) END,
        is_due = is_wanted_again,
        next_at_ms = CASE WHEN is_wanted_again = 1 THEN CAST($10 AS BIGINT) ELSE COALESCE($5, next_at_ms) END,
        finished_at_ms = CASE WHEN is_wanted_again = 1 THEN NULL ELSE CAST($6 AS BIGINT) END,
        tries = CASE WHEN is_wanted_again = 1 THEN 0 ELSE tries + $7 END, last_status = $8, last_error = $9
    WHERE workspace_id = $1 AND id = $2 AND epoch = $3 AND status = 'sending' RETURNING is_wanted_again";

fn finish(
    tx: &mut Tx<'_>,
    lease: DeliveryLease,
    webhook: WebhookId,
    report: &DeliveryReport,
) -> Result<Option<WebhookDisabledReason>> {
    let DeliveryReport { attempt, ending, now_ms, .. } = report;
    let (status, next_at_ms, finished_at_ms) = match ending {
        DeliveryEnding::Succeeded => ("succeeded", None, Some(*now_ms)),
        DeliveryEnding::Retry(at_ms) => ("pending", Some(*at_ms), None),
        DeliveryEnding::Failed | DeliveryEnding::Gone => ("failed", None, Some(*now_ms)),
    };
    let failed = u32::from(*ending != DeliveryEnding::Succeeded);
    let params = params![
        lease.id,
        lease.epoch,
        status,
        next_at_ms,
        finished_at_ms,
        failed,
        attempt.status,
        &attempt.error,
        *now_ms,
    ];
    let Some(mut row) = tx.first(FINISH, params)? else {
        return Err(WebhookRefusal::LeaseLost.into());
    };
    let is_wanted_again = row.next_truth()?;
    record(tx, lease.id, attempt)?;
    if is_wanted_again || matches!(ending, DeliveryEnding::Retry(_)) {
        // Whoever waits for the next one may wait for too long.
        tx.announce(Signal::Deliveries);
    }
    if report.is_test { Ok(None) } else { note_health(tx, webhook, report) }
}

fn record(tx: &mut Tx<'_>, id: DeliveryId, attempt: &DeliveryAttempt) -> Result<()> {
    let mut tx = tx.unscoped();
    let DeliveryAttempt { number, at_ms, latency_ms, status, error, answer } = attempt;
    let sql = "INSERT INTO delivery_attempts (delivery_id, number, at_ms, latency_ms, status, error, answer)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    tx.execute(sql, params![id, *number, *at_ms, *latency_ms, *status, error, answer])?;
    if *number > ATTEMPTS_KEPT_MAX {
        let sql = "DELETE FROM delivery_attempts WHERE delivery_id = $1 AND number <= $2";
        tx.execute(sql, params![id, *number - ATTEMPTS_KEPT_MAX])?;
    }
    Ok(())
}

/// Notes at a webhook how it went, and switches it off if it has to be.
fn note_health(tx: &mut Tx<'_>, webhook: WebhookId, report: &DeliveryReport) -> Result<Option<WebhookDisabledReason>> {
    let now_ms = report.now_ms;
    if report.ending == DeliveryEnding::Succeeded {
        let sql = "UPDATE webhooks SET failures = 0, failing_since_ms = NULL, last_success_ms = $3 WHERE workspace_id = $1 AND id = $2
            AND (failing_since_ms IS NOT NULL OR last_success_ms IS NULL OR last_success_ms < $4)";
        tx.execute(sql, params![webhook, now_ms, now_ms - SUCCESS_NOTED_MS])?;
        return Ok(None);
    }
    let sql = "UPDATE webhooks SET failures = failures + 1, failing_since_ms = COALESCE(failing_since_ms, $3)
        WHERE workspace_id = $1 AND id = $2 AND is_enabled = 1";
    tx.execute(sql, params![webhook, report.attempt.at_ms])?;
    let Some(present) = webhooks::find(tx, webhook, "")?.filter(|present| present.settings.is_enabled) else {
        return Ok(None);
    };
    let is_failing = present.failing_since_ms.is_some_and(|since_ms| now_ms - since_ms >= report.failing_ms_max);
    let reason = match report.ending {
        DeliveryEnding::Gone => WebhookDisabledReason::Gone,
        _ if is_failing => WebhookDisabledReason::Failing,
        _ => return Ok(None),
    };
    let sql = "UPDATE webhooks SET is_enabled = 0, wants_turns = 0, version = version + 1, updated_at_ms = $4, disabled_reason = $3, disabled_at_ms = $4
        WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![webhook, reason_word(reason), now_ms])?;
    fail_waiting(tx, webhook, "The webhook was switched off.", now_ms)?;
    tx.announce(Signal::EventReaders);
    let cause = Cause { id: report.event_id, at_ms: now_ms, subject: None, owner: None };
    tx.emit(cause, &WebhookDisabledData { webhook_id: webhook.to_string(), reason })?;
    Ok(Some(reason))
}
