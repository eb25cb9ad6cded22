//! Deliveries of a workspace: events on their way to webhooks, and what came of each attempt. What is sent is fixed when the
//! delivery is made, so that no id ever comes with two bodies.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{Error, Result};
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::tx::Tx;
use super::value::{Param, Row};
use crate::ids::{DeliveryId, EventId, WebhookId};
use crate::params;

/// So many deliveries of a status are counted at the most.
pub const DELIVERIES_COUNTED_MAX: u32 = 10_000;
/// Attempts of one delivery that are kept; older ones go.
pub const ATTEMPTS_KEPT_MAX: i64 = 100;
/// Deliveries that are ended in one transaction.
const PIECE: u32 = 1_000;

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// It waits for its time or for its turn.
    Pending,
    /// It is being sent.
    Sending,
    /// The endpoint has taken it.
    Succeeded,
    /// It is not sent any more.
    Failed,
}

impl DeliveryStatus {
    /// All of them, in the order in which they come about.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Sending, Self::Succeeded, Self::Failed];

    /// The word in the store and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    fn read(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| Error::broken("an unknown status of a delivery"))
    }
}

/// A delivery that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// `dlv_...`
    pub id: DeliveryId,
    /// Where it goes.
    pub webhook: WebhookId,
    /// The event.
    pub event_id: EventId,
    /// Its type.
    pub event: String,
    /// What is sent.
    pub body: String,
    /// Whether someone has asked for it to see what comes of it: it is sent once, whether the webhook is on or off.
    pub is_test: bool,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// A delivery as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDelivery {
    /// `dlv_...`
    pub id: DeliveryId,
    /// Where it goes.
    pub webhook: WebhookId,
    /// The event.
    pub event_id: EventId,
    /// Its type.
    pub event: String,
    /// Whether it is a test.
    pub is_test: bool,
    /// How far it is.
    pub status: DeliveryStatus,
    /// When it is sent next, in milliseconds since the epoch; `None` if it is being sent or over.
    pub next_at_ms: Option<i64>,
    /// How often it was sent.
    pub attempts: i64,
    /// The status that was answered last.
    pub last_status: Option<i64>,
    /// Why the last attempt failed, or why it is not sent any more.
    pub last_error: Option<String>,
    /// When it was made, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// When it was over, in milliseconds since the epoch.
    pub finished_at_ms: Option<i64>,
}

/// One attempt to send a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryAttempt {
    /// 1, 2, 3, ...; one whose gateway ended in the middle of it is not there.
    pub number: i64,
    /// When it began, in milliseconds since the epoch.
    pub at_ms: i64,
    /// How long it took, in milliseconds.
    pub latency_ms: i64,
    /// The status that was answered.
    pub status: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
    /// The first KiB of the answer.
    pub answer: Option<String>,
}

/// A delivery with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryInFull {
    /// The delivery.
    pub delivery: StoredDelivery,
    /// What is sent.
    pub body: String,
    /// Its attempts, oldest first.
    pub attempts: Vec<DeliveryAttempt>,
}

/// Which deliveries a list has.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeliveryFilter {
    /// Those of this status.
    pub status: Option<DeliveryStatus>,
    /// Those that were made at this time or later, in milliseconds since the epoch.
    pub from_ms: Option<i64>,
    /// Those that were made before this time.
    pub to_ms: Option<i64>,
}

const COLUMNS: &str = "id, webhook_id, event_id, event, is_test, status, next_at_ms, attempts, last_status, last_error,
    created_at_ms, finished_at_ms";

/// The deliveries of a workspace.
#[derive(Clone, Copy)]
pub struct Deliveries<'a>(pub(super) &'a Rows);

impl Deliveries<'_> {
    /// Deliveries to a webhook, newest first.
    pub async fn page(
        self,
        webhook: WebhookId,
        filter: DeliveryFilter,
        request: PageRequest,
    ) -> Result<Page<StoredDelivery>> {
        self.0.list(move |tx| page(tx, webhook, filter, &request)).await
    }

    /// How many deliveries to a webhook there are of each status, of those that `filter` lets through apart from its status:
    /// up to one more than [`DELIVERIES_COUNTED_MAX`].
    pub async fn count(self, webhook: WebhookId, filter: DeliveryFilter) -> Result<Vec<(DeliveryStatus, u32)>> {
        self.0
            .list(move |tx| {
                let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE workspace_id = $1 AND webhook_id = $2
                    AND status = $3 AND created_at_ms >= $4 AND created_at_ms < $5 LIMIT $6) AS found";
                let (from_ms, to_ms) = (filter.from_ms.unwrap_or(i64::MIN), filter.to_ms.unwrap_or(i64::MAX));
                let count = |status: DeliveryStatus| {
                    let params = params![webhook, status.as_str(), from_ms, to_ms, DELIVERIES_COUNTED_MAX + 1];
                    Ok((status, tx.one(sql, params)?.next_count()?))
                };
                DeliveryStatus::ALL.into_iter().map(count).collect()
            })
            .await
    }

    /// A delivery to a webhook, with its attempts.
    pub async fn find(self, webhook: WebhookId, id: DeliveryId) -> Result<Option<DeliveryInFull>> {
        self.0
            .read(move |tx| {
                let Some(delivery) = find(tx, webhook, id, "")? else { return Ok(None) };
                let sql = "SELECT body FROM deliveries WHERE workspace_id = $1 AND id = $2";
                let body = tx.one(sql, params![id])?.next_text()?;
                let sql = "SELECT number, at_ms, latency_ms, status, error, answer FROM delivery_attempts
                    WHERE delivery_id = $1 ORDER BY number";
                let mut attempts = tx.unscoped().query(sql, params![id])?;
                let attempts = attempts.iter_mut().map(read_attempt).collect::<Result<_>>()?;
                Ok(Some(DeliveryInFull { delivery, body, attempts }))
            })
            .await
    }
}

/// Keeps a delivery of the transaction's workspace, which is due.
pub(super) fn insert(tx: &mut Tx<'_>, new: &NewDelivery) -> Result<()> {
    let sql = "INSERT INTO deliveries (workspace_id, id, webhook_id, event_id, event, body, is_test, status, is_due, next_at_ms,
            attempts, tries, epoch, lease_until_ms, created_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', 1, $8, 0, 0, 0, 0, $8)";
    let params = params![new.id, new.webhook, new.event_id, &new.event, &new.body, new.is_test, new.now_ms];
    tx.execute(sql, params).map(drop)
}

/// Ends up to 1,000 deliveries that wait for a webhook which is off or gone, but for tests; answers how many.
pub(super) fn fail_waiting(tx: &mut Tx<'_>, webhook: WebhookId, error: &str, now_ms: i64) -> Result<u64> {
    let sql = "UPDATE deliveries SET status = 'failed', is_due = 0, last_error = $2, finished_at_ms = $3
        WHERE id IN (SELECT d.id FROM deliveries d WHERE d.webhook_id = $1 AND d.status = 'pending' AND d.is_test = 0
            ORDER BY d.created_at_ms, d.id LIMIT $4)";
    tx.unscoped().execute(sql, params![webhook, error, now_ms, PIECE])
}

/// A delivery to a webhook of the transaction's workspace. `lock` is the end of the statement.
pub(super) fn find(tx: &mut Tx<'_>, webhook: WebhookId, id: DeliveryId, lock: &str) -> Result<Option<StoredDelivery>> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE workspace_id = $1 AND id = $2 AND webhook_id = $3{lock}");
    tx.first(&sql, params![id, webhook])?.map(read).transpose()
}

fn page(
    tx: &mut Tx<'_>,
    webhook: WebhookId,
    filter: DeliveryFilter,
    request: &PageRequest,
) -> Result<Page<StoredDelivery>> {
    let after = request.after.as_ref().map(|cursor| (cursor.at, cursor.id.parse().unwrap_or(0)));
    let latest = filter.to_ms.map_or((i64::MAX, i64::MAX), |to_ms| (to_ms, 0));
    let (at, key): (i64, i64) = latest.min(after.unwrap_or((i64::MAX, i64::MAX)));
    let mut params = vec![
        Param::from(webhook),
        at.into(),
        key.into(),
        filter.from_ms.unwrap_or(i64::MIN).into(),
        request.fetch().into(),
    ];
    let mut condition = "";
    if let Some(status) = filter.status {
        condition = " AND status = $7";
        params.push(status.as_str().into());
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM deliveries WHERE workspace_id = $1 AND webhook_id = $2 AND (created_at_ms, id) < ($3, $4)
        AND created_at_ms >= $5{condition} ORDER BY created_at_ms DESC, id DESC LIMIT $6"
    );
    let place = |delivery: &StoredDelivery| Cursor { at: delivery.created_at_ms, id: delivery.id.key().to_string() };
    tx.page(&sql, &params, request, read, place)
}

fn read(mut row: Row) -> Result<StoredDelivery> {
    let (id, webhook, event_id, event) = (row.next_id()?, row.next_id()?, row.next_id()?, row.next_text()?);
    let (is_test, status) = (row.next_truth()?, DeliveryStatus::read(&row.next_text()?)?);
    let next_at_ms = row.next_int()?;
    Ok(StoredDelivery {
        id,
        webhook,
        event_id,
        event,
        is_test,
        status,
        next_at_ms: Some(next_at_ms).filter(|_| status == DeliveryStatus::Pending),
        attempts: row.next_int()?,
        last_status: row.next_optional_int()?,
        last_error: row.next_optional_text()?,
        created_at_ms: row.next_int()?,
        finished_at_ms: row.next_optional_int()?,
    })
}

fn read_attempt(row: &mut Row) -> Result<DeliveryAttempt> {
    Ok(DeliveryAttempt {
        number: row.next_int()?,
        at_ms: row.next_int()?,
        latency_ms: row.next_int()?,
        status: row.next_optional_int()?,
        error: row.next_optional_text()?,
        answer: row.next_optional_text()?,
    })
}
