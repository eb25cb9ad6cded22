//! How channels are, from what came and was sent.

use super::db::Db;
use super::error::Result;
use super::events::ChannelFailedData;
use super::page::{Cursor, Page, PageRequest};
use super::pending_event::Cause;
use super::rows::Rows;
use super::tx::Tx;
use super::workspace::WorkspaceId;
use crate::ids::{ChannelId, EventId};
use crate::params;

/// So many waiting messages of a channel are counted.
pub const CHANNEL_QUEUE_COUNTED_MAX: i64 = 10_000;
/// Longest text of a fault, in bytes.
const ERROR_BYTES_MAX: usize = 1_024;

/// How a channel is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChannelHealth {
    /// Which channel.
    pub id: ChannelId,
    /// Its platform.
    pub kind: String,
    /// When something came last, in milliseconds since the epoch.
    pub last_inbound_ms: Option<i64>,
    /// When the platform last took something.
    pub last_outbound_ms: Option<i64>,
    /// What failed last, and when.
    pub last_error: Option<(String, i64)>,
    /// Since when nothing that is sent succeeds.
    pub failing_since_ms: Option<i64>,
    /// Messages that wait or are being answered, up to [`CHANNEL_QUEUE_COUNTED_MAX`].
    pub queued: i64,
    /// Since when the oldest of them waits.
    pub oldest_queued_ms: Option<i64>,
}

/// Something that failed on a channel.
#[derive(Debug, Clone)]
pub struct ChannelFailure {
    /// What, without a secret.
    pub error: String,
    /// Whether nothing that is sent can succeed.
    pub is_failing: bool,
    /// The key of the event that says so.
    pub event_id: EventId,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// How the channels of a workspace are.
#[derive(Clone, Copy)]
pub struct ChannelStates<'a>(pub(super) &'a Rows);

impl ChannelStates<'_> {
    /// How a channel is; `None` if it is not there.
    pub async fn find(self, id: ChannelId) -> Result<Option<StoredChannelHealth>> {
        self.0
            .list(move |tx| {
                let kind = tx.first("SELECT kind FROM channels WHERE workspace_id = $1 AND id = $2", params![id])?;
                let Some(mut row) = kind else { return Ok(None) };
                let kind = row.next_text()?;
                health(tx, id, kind).map(Some)
            })
            .await
    }

    /// How channels are, newest first.
    pub async fn page(self, request: PageRequest) -> Result<Page<StoredChannelHealth>> {
        self.0
            .list(move |tx| {
                let sql = "SELECT c.id, c.kind FROM channels c WHERE c.workspace_id = $1 AND c.id < $2
                    ORDER BY c.id DESC LIMIT $3";
                let place = |(id, _): &(ChannelId, String)| Cursor { at: id.key(), id: String::new() };
                let read = |mut row: super::value::Row| Ok((row.next_id()?, row.next_text()?));
                let params = params![request.position().0, request.fetch()];
                let page = tx.page(sql, params, &request, read, place)?;
                let mut data = Vec::with_capacity(page.data.len());
                for (id, kind) in page.data {
                    data.push(health(tx, id, kind)?);
                }
                Ok(Page { data, next: page.next })
            })
            .await
    }
}

impl Db {
    /// Keeps what failed on a channel of `workspace`; an event says so when it begins to fail.
    pub async fn note_channel_fault(
        &self,
        workspace: &WorkspaceId,
        id: ChannelId,
        fault: ChannelFailure,
    ) -> Result<()> {
        self.rows(workspace)
            .write_locking(move |tx| {
                let mut error = fault.error.replace('\0', " ");
                error.truncate(error.floor_char_boundary(ERROR_BYTES_MAX));
                let sql = format!(
                    "SELECT kind, failing_since_ms FROM channels WHERE workspace_id = $1 AND id = $2{}",
                    tx.lock()
                );
                let Some(mut row) = tx.first(&sql, params![id])? else { return Ok(()) };
                let (kind, since) = (row.next_text()?, row.next_optional_int()?);
                let failing = since.or(fault.is_failing.then_some(fault.now_ms));
                let sql = "UPDATE channels SET last_error = $3, last_error_ms = $4, failing_since_ms = $5
                    WHERE workspace_id = $1 AND id = $2";
                tx.execute(sql, params![id, &error, fault.now_ms, failing])?;
                if since.is_none() && fault.is_failing {
                    let cause = Cause { id: fault.event_id, at_ms: fault.now_ms, subject: None, owner: None };
                    tx.emit(cause, &ChannelFailedData { channel_id: id.to_string(), kind, error })?;
                }
                Ok(())
            })
            .await
    }
}

fn health(tx: &mut Tx<'_>, id: ChannelId, kind: String) -> Result<StoredChannelHealth> {
    let sql = format!(
        "SELECT c.last_error, c.last_error_ms, c.failing_since_ms,
            (SELECT m.received_at_ms FROM channel_messages m WHERE m.channel_id = c.id ORDER BY m.id DESC LIMIT 1),
            (SELECT MAX(s.sent_at_ms) FROM channel_sends s WHERE s.channel_id = c.id),
            (SELECT COUNT(*) FROM (SELECT 1 AS one FROM channel_messages q
                WHERE q.channel_id = c.id AND q.state IN ('waiting', 'sending') LIMIT {CHANNEL_QUEUE_COUNTED_MAX}) AS queued),
            (SELECT MIN(o.received_at_ms) FROM channel_messages o
                WHERE o.channel_id = c.id AND o.state IN ('waiting', 'sending'))
        FROM channels c WHERE c.workspace_id = $1 AND c.id = $2"
    );
    let mut row = tx.one(&sql, params![id])?;
    let (error, error_ms) = (row.next_optional_text()?, row.next_optional_int()?);
    Ok(StoredChannelHealth {
        id,
        kind,
        last_error: error.zip(error_ms),
        failing_since_ms: row.next_optional_int()?,
        last_inbound_ms: row.next_optional_int()?,
        last_outbound_ms: row.next_optional_int()?,
        queued: row.next_int()?,
        oldest_queued_ms: row.next_optional_int()?,
    })
}
