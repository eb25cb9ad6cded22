//! Turns that are refused because of a quota: the first of an hour is an event, and the others cost no write.

use super::ask::TurnCaller;
use crate::engine::Engine;
use crate::engine::budget::QuotaWindow;
use crate::store::events::QuotaExceededData;
use crate::store::{QuotaRefusal, Rows};

impl Engine {
    /// Lets the log of events have that a turn was refused. What the store does not take is not said: the refusal holds.
    pub(super) async fn note_refusal(
        &self,
        rows: &Rows,
        caller: &TurnCaller,
        exceeded: &QuotaExceededData,
        now_ms: i64,
    ) {
        let hour = QuotaWindow::at(now_ms).hour;
        if !self.refusals.is_first(rows.workspace().number(), exceeded.quota_of(), exceeded.quota, hour) {
            return;
        }
        let (event_id, subject) = (self.ids.id(), self.ids.key());
        let (user_id, exceeded) = (caller.user_id.to_string(), exceeded.clone());
        let refusal = QuotaRefusal { event_id, user_id, subject, exceeded, now_ms };
        if let Err(fault) = rows.quota_refusals().create(refusal).await {
            tracing::warn!(error = %fault, "the refusal of a turn could not be written down");
        }
    }
}
