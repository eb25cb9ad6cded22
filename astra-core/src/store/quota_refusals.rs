//! Turns that were refused because of a quota, as far as the log of events has them: one for each quota of an agent, or of
//! the workspace, and hour.

use super::error::Result;
use super::events::QuotaExceededData;
use super::pending_event::Cause;
use super::rows::Rows;
use super::subjects;
use super::tx::Tx;
use super::usage::HOUR_MS;
use crate::ids::EventId;
use crate::params;

/// A turn that was refused.
#[derive(Debug, Clone)]
pub struct QuotaRefusal {
    /// The id of the event, should it be the first of its hour.
    pub event_id: EventId,
    /// Who asked, and the number of that subject, should there be none yet.
    pub user_id: String,
    /// The number.
    pub subject: i64,
    /// The quota.
    pub exceeded: QuotaExceededData,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// The refusals of a workspace.
#[derive(Clone, Copy)]
pub struct QuotaRefusals<'a>(pub(super) &'a Rows);

impl QuotaRefusals<'_> {
    /// Writes down that a turn was refused, unless another one was for the same quota in this hour; answers whether it did.
    pub async fn create(self, refusal: QuotaRefusal) -> Result<bool> {
        self.0.write_locking(move |tx| create(tx, &refusal)).await
    }
}

fn create(tx: &mut Tx<'_>, refusal: &QuotaRefusal) -> Result<bool> {
    let QuotaRefusal { exceeded, now_ms, .. } = refusal;
    let sql = "INSERT INTO quota_refusals (workspace_id, agent_id, quota, hour) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace_id, agent_id, quota) DO UPDATE SET hour = excluded.hour WHERE quota_refusals.hour < excluded.hour";
    let params = params![exceeded.quota_of(), exceeded.quota.as_str(), now_ms.div_euclid(HOUR_MS)];
    if tx.execute(sql, params)? == 0 {
        return Ok(false);
    }
    let subject = subjects::ensure(tx, &refusal.user_id, refusal.subject)?;
    // A quota is of an agent or of the workspace, and of no one subject.
    let cause = Cause { id: refusal.event_id, at_ms: *now_ms, subject: Some(subject), owner: None };
    tx.emit(cause, exceeded)?;
    Ok(true)
}
