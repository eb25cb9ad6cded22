//! Deliveries of all workspaces on their way to gateways that send them: which come next, and for how long a gateway has them.
//! Times of leases are compared by the database's clock, all others by the gateways' own.

use super::db::{Db, SWEEP_ROWS};
use super::deliveries::fail_waiting;
use super::error::Result;
#[cfg(feature = "postgres")]
use super::mode::Mode;
use super::signals::Signal;
use super::tx::Tx;
use super::value::Row;
use super::webhooks::{self, StoredWebhook};
use super::workspace::WorkspaceId;
use crate::ids::DeliveryId;
use crate::params;

/// Deliveries whose time has come that are made due in one transaction.
const PIECE: u32 = 1_000;
/// Webhooks with deliveries that are due which one claim looks at.
const WALKED_MAX: u32 = 256;

/// What a gateway asks for that can send deliveries.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryClaim {
    /// How many it can send.
    pub count: u32,
    /// How many of one webhook may be sent at once, by all gateways together.
    pub per_webhook: u32,
    /// The key of the webhook that came last: others come before it.
    pub after_webhook: i64,
    /// For how long it has the deliveries, in milliseconds.
    pub lease_ms: i64,
    /// Now by its own clock, in milliseconds since the epoch.
    pub own_ms: i64,
}

/// A gateway's hold on a delivery. The epoch grows each time that the delivery is given to a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeliveryLease {
    /// The delivery.
    pub id: DeliveryId,
    /// The epoch under which the gateway got it.
    pub epoch: i64,
}

/// A delivery in the hands of a gateway.
#[derive(Debug, Clone)]
pub struct ClaimedDelivery {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The hold on it.
    pub lease: DeliveryLease,
    /// Where it goes.
    pub webhook: StoredWebhook,
    /// The event's type.
    pub event: String,
    /// What is sent.
    pub body: String,
    /// Whether it is a test.
    pub is_test: bool,
    /// 1 for the first attempt.
    pub attempt: i64,
    /// Failures since it was made, or asked for again.
    pub tries: i64,
}

/// When the next delivery is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextDelivery {
    /// One is due.
    Due,
    /// One waits for this time, in milliseconds since the epoch.
    At(i64),
    /// None waits.
    None,
}

impl Db {
    /// When the next delivery to any webhook is due. It writes nothing.
    pub async fn next_delivery(&self) -> Result<NextDelivery> {
        let look = |tx: &mut Tx<'_>| {
            let sql = "SELECT (SELECT MIN(webhook_id) FROM deliveries WHERE is_due = 1),
                (SELECT MIN(next_at_ms) FROM deliveries WHERE status = 'pending' AND is_due = 0)";
            let mut row = tx.one(sql, params![])?;
            let (due, at_ms) = (row.next_optional_int()?, row.next_optional_int()?);
            Ok(if due.is_some() { NextDelivery::Due } else { at_ms.map_or(NextDelivery::None, NextDelivery::At) })
        };
        match self {
            Self::Sqlite(sqlite) => sqlite.look(None, &look),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => self.dispatch(None, Mode::Look, look).await,
        }
    }

    /// Gives deliveries that are due to a gateway: of each webhook as many as may be sent at once.
    pub async fn claim_deliveries(&self, claim: DeliveryClaim) -> Result<Vec<ClaimedDelivery>> {
        self.write_locking(move |tx| {
            let lease_until_ms = tx.shared_time_ms(claim.own_ms)? + claim.lease_ms;
            make_due(tx, claim.own_ms)?;
            let mut claimed = Vec::new();
            for webhook in due_webhooks(tx, claim.after_webhook)? {
                let left = claim.count.saturating_sub(u32::try_from(claimed.len()).unwrap_or(u32::MAX));
                if left == 0 {
                    break;
                }
                take(tx, webhook, claim.per_webhook, left, claim.own_ms, &mut claimed)?;
            }
            for delivery in &mut claimed {
                begin(tx, delivery, lease_until_ms)?;
            }
            Ok(claimed)
        })
        .await
    }

    /// Lets the gateway with these holds have its deliveries for another while. Answers those that it has no longer.
    pub async fn renew_delivery_leases(
        &self,
        leases: Vec<DeliveryLease>,
        lease_ms: i64,
        own_ms: i64,
    ) -> Result<Vec<DeliveryLease>> {
        self.write_locking(move |tx| {
            let until_ms = tx.shared_time_ms(own_ms)? + lease_ms;
            let sql = "UPDATE deliveries SET lease_until_ms = $3 WHERE id = $1 AND epoch = $2 AND status = 'sending'";
            let mut lost = Vec::new();
            for lease in &leases {
                if tx.execute(sql, params![lease.id, lease.epoch, until_ms])? == 0 {
                    lost.push(*lease);
                }
            }
            Ok(lost)
        })
        .await
    }

    /// Takes deliveries whose lease has run out from their gateways, but for those in `kept`: they are due again. Answers how
    /// many there were. It writes nothing if there are none.
    pub async fn end_delivery_leases(&self, own_ms: i64, kept: Vec<DeliveryId>) -> Result<u64> {
        let is_one =
            |tx: &mut Tx<'_>| tx.first("SELECT id FROM deliveries WHERE status = 'sending' LIMIT 1", params![]);
        if self.read(is_one).await?.is_none() {
            return Ok(0);
        }
        self.write_locking(move |tx| {
            let now_ms = tx.shared_time_ms(own_ms)?;
            let sql = format!(
                "SELECT id, epoch FROM deliveries WHERE status = 'sending' AND lease_until_ms < $1 LIMIT $2{}",
                skip_locked(tx)
            );
            let again = "UPDATE deliveries SET status = 'pending', is_due = 1 WHERE id = $1 AND epoch = $2 AND status = 'sending'";
            let mut ended = 0;
            for mut row in tx.query(&sql, params![now_ms, PIECE])? {
                let (id, epoch) = (row.next_id()?, row.next_int()?);
                if !kept.contains(&id) {
                    ended += tx.execute(again, params![id, epoch])?;
                }
            }
            if ended > 0 {
                tx.announce(Signal::Deliveries);
            }
            Ok(ended)
        })
        .await
    }

    /// Removes deliveries of all workspaces that were over before `before_ms`, with their attempts, at most 1,000 of them;
    /// answers how many.
    pub async fn delete_old_deliveries(&self, before_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            let sql = "DELETE FROM deliveries WHERE id IN
                (SELECT id FROM deliveries WHERE finished_at_ms < $1 ORDER BY finished_at_ms LIMIT $2)";
            tx.execute(sql, params![before_ms, SWEEP_ROWS])
        })
        .await
    }
}

/// The end of a SELECT that passes over rows which another transaction has locked. SQLite has one writer, and needs none.
const fn skip_locked(tx: &Tx<'_>) -> &'static str {
    if tx.is_shared() { " FOR UPDATE SKIP LOCKED" } else { "" }
}

/// Makes deliveries due whose time has come.
fn make_due(tx: &mut Tx<'_>, now_ms: i64) -> Result<()> {
    let sql = format!(
        "UPDATE deliveries SET is_due = 1 WHERE id IN (SELECT id FROM deliveries
            WHERE status = 'pending' AND is_due = 0 AND next_at_ms <= $1 ORDER BY next_at_ms LIMIT $2{})",
        skip_locked(tx)
    );
    tx.execute(&sql, params![now_ms, PIECE]).map(drop)
}

/// The webhooks that have deliveries which are due, up to [`WALKED_MAX`]: those after `after` first, and then from the
/// beginning.
fn due_webhooks(tx: &mut Tx<'_>, after: i64) -> Result<Vec<i64>> {
    let sql = "SELECT MIN(webhook_id) FROM deliveries WHERE is_due = 1 AND webhook_id > $1";
    let (mut found, mut last, mut is_wrapped) = (Vec::new(), after, false);
    while found.len() < WALKED_MAX as usize {
        match tx.one(sql, params![last])?.next_optional_int()? {
            Some(webhook) if is_wrapped && webhook > after => break,
            Some(webhook) => {
                found.push(webhook);
                last = webhook;
            }
            None if is_wrapped => break,
            None => (last, is_wrapped) = (i64::MIN, true),
        }
    }
    Ok(found)
}

/// Deliveries to `webhook` that are due, as many as may be sent, at most `left`.
fn take(
    tx: &mut Tx<'_>,
    webhook: i64,
    per_webhook: u32,
    left: u32,
    now_ms: i64,
    claimed: &mut Vec<ClaimedDelivery>,
) -> Result<()> {
    let lock = if tx.is_shared() { " FOR UPDATE OF h SKIP LOCKED" } else { "" };
    let sql = format!(
        "SELECT w.number, w.id, {} FROM webhooks h JOIN workspaces w ON w.number = h.workspace_id WHERE h.id = $1{lock}",
        webhooks::COLUMNS
    );
    let Some(mut row) = tx.first(&sql, params![webhook])? else {
        // It is locked by a gateway that is doing the same, or gone.
        if tx.first("SELECT id FROM webhooks WHERE id = $1", params![webhook])?.is_none() {
            end_of_deleted(tx, webhook, now_ms)?;
        }
        return Ok(());
    };
    let workspace = WorkspaceId::new(row.next_int()?, &row.next_text()?);
    let hook = webhooks::read(&mut row)?;
    if !hook.settings.is_enabled {
        fail_waiting(tx, hook.id, "The webhook is switched off.", now_ms)?;
    }
    let sql = "SELECT COUNT(*) FROM deliveries WHERE webhook_id = $1 AND status = 'sending'";
    let sending = tx.one(sql, params![webhook])?.next_count()?;
    let free = per_webhook.saturating_sub(sending).min(left);
    let sql = format!(
        "SELECT id, epoch, event, body, is_test, attempts, tries FROM deliveries WHERE is_due = 1 AND webhook_id = $1
        ORDER BY next_at_ms, id LIMIT $2{}",
        skip_locked(tx)
    );
    for row in tx.query(&sql, params![webhook, free])? {
        claimed.push(read(row, &workspace, &hook)?);
    }
    Ok(())
}

/// Ends deliveries to a webhook that is no more, its tests among them.
fn end_of_deleted(tx: &mut Tx<'_>, webhook: i64, now_ms: i64) -> Result<()> {
    let sql = "UPDATE deliveries SET status = 'failed', is_due = 0, finished_at_ms = $2 WHERE id IN
        (SELECT id FROM deliveries WHERE webhook_id = $1 AND status = 'pending' LIMIT $3)";
    tx.execute(sql, params![webhook, now_ms, PIECE]).map(drop)
}

fn read(mut row: Row, workspace: &WorkspaceId, webhook: &StoredWebhook) -> Result<ClaimedDelivery> {
    Ok(ClaimedDelivery {
        workspace: workspace.clone(),
        // That of the gateway that it is given to.
        lease: DeliveryLease { id: row.next_id()?, epoch: row.next_int()? + 1 },
        webhook: webhook.clone(),
        event: row.next_text()?,
        body: row.next_text()?,
        is_test: row.next_truth()?,
        attempt: row.next_int()? + 1,
        tries: row.next_int()?,
    })
}

/// Gives a delivery to its gateway.
fn begin(tx: &mut Tx<'_>, delivery: &ClaimedDelivery, lease_until_ms: i64) -> Result<()> {
    let sql = "UPDATE deliveries SET status = 'sending', is_due = 0, is_wanted_again = 0, epoch = $2, attempts = $3, lease_until_ms = $4
        WHERE id = $1";
    let DeliveryLease { id, epoch } = delivery.lease;
    tx.execute(sql, params![id, epoch, delivery.attempt, lease_until_ms]).map(drop)
}
