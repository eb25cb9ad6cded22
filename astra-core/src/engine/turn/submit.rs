//! What a turn waits for: a person's decisions and the caller's results, kept once, whichever gateway they come to.

use std::sync::Arc;

use super::log::tool_uses;
use crate::content::ToolResult;
use crate::engine::Engine;
use crate::engine::error::{Error, Failure, Result};
use crate::ids::{ApprovalId, TurnId};
use crate::store::{Decided, Decision, LogEntry, Rows, Status, Suspension, ToolEntry, ToolUse, Turn, VisibleTo};

/// What has become of a submission.
pub enum Submitted {
    /// The results are taken, now or before: the turn goes on after this event.
    Taken(i64),
    /// The turn has ended, or wants other results now.
    Over(Box<Turn>),
}

impl Engine {
    /// Decides on a call, and goes on with its turn if it waits for no other decision; `None` if there is no such approval.
    ///
    /// # Errors
    /// The store's.
    pub async fn decide(self: &Arc<Self>, rows: &Rows, id: ApprovalId, decision: Decision) -> Result<Option<Decided>> {
        let decided = rows.approvals().decide(id, decision).await?;
        if let Some(Decided::Now(approval)) = &decided {
            self.take_on(&self.store.rows(rows.workspace()), approval.turn_id);
        }
        Ok(decided)
    }

    /// Goes on with a turn that waits for results of its caller. A call takes one result: a second one changes nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such turn; [`Error::Results`] for a call that the turn does not have or a result that is
    /// missing; [`Error::Turn`] of the code `conflict` for a call that the turn does not wait for; [`Error::Draining`]; the store's.
    pub async fn take_results(
        self: &Arc<Self>,
        rows: &Rows,
        turn_id: TurnId,
        results: &[ToolResult],
    ) -> Result<Submitted> {
        loop {
            // Nothing is submitted where the turn has changed meanwhile: it is looked at again.
            if let Some(submitted) = self.submit(rows, turn_id, results).await? {
                return Ok(submitted);
            }
        }
    }

    async fn submit(
        self: &Arc<Self>,
        rows: &Rows,
        turn_id: TurnId,
        results: &[ToolResult],
    ) -> Result<Option<Submitted>> {
        let turn = rows.turns().find(turn_id, VisibleTo::All).await?.ok_or(Error::NotFound("turn"))?;
        if turn.status.is_final() {
            check(results.iter().enumerate(), &turn.outcome.tool_calls, "has ended")?;
            return Ok(Some(Submitted::Over(Box::new(turn))));
        }
        // The log after the wait: what was waited for at that time is in the log of any later time.
        let kept = rows.suspensions().find(turn_id).await?;
        let entries = rows.turn_events().read(turn_id, 0).await?;
        let uses = tool_uses(entries.iter().map(|(_, entry)| entry));
        match kept {
            Some(kept) if kept.status == Status::AwaitingResults => self.take(rows, turn, &kept, results).await,
            kept => {
                let taken = kept.and_then(|kept| kept.results).unwrap_or_default();
                let is_taken = |result: &ToolResult| taken.iter().any(|taken| taken.call_id == result.call_id);
                let others = results.iter().enumerate().filter(|(_, result)| !is_taken(result));
                check(others, &uses, "does not wait for results now")?;
                let is_wait = |entry: &LogEntry| matches!(entry, LogEntry::Tool(ToolEntry::ResultsRequired { .. }));
                let after = entries.iter().rev().find(|(_, entry)| is_wait(entry)).map_or(0, |(seq, _)| *seq);
                Ok(Some(Submitted::Taken(after)))
            }
        }
    }

    /// Keeps the results of a turn that waits for them.
    async fn take(
        self: &Arc<Self>,
        rows: &Rows,
        turn: Turn,
        kept: &Suspension,
        results: &[ToolResult],
    ) -> Result<Option<Submitted>> {
        // As they were when the wait began: the log may have gone on since.
        let uses = &kept.outcome.tool_calls;
        let wanted: Vec<_> = uses.iter().filter(|used| used.is_error.is_none()).map(|used| &used.call_id).collect();
        let is_wanted = |result: &ToolResult| wanted.contains(&&result.call_id);
        if !results.iter().any(is_wanted) {
            check(results.iter().enumerate(), uses, "does not wait for it")?;
            // What was submitted before was taken, and the turn wants other results now.
            let (status, outcome) = (kept.status, kept.outcome.clone());
            return Ok(Some(Submitted::Over(Box::new(Turn { status, outcome, ..turn }))));
        }
        if let Some((place, other)) = results.iter().enumerate().find(|(_, result)| !is_wanted(result)) {
            check([(place, other)], uses, "does not wait for it")?;
            return Err(conflict(format!(
                "The call `{}` has its result: submit those of the others alone.",
                other.call_id
            )));
        }
        if let Some(missing) = wanted.iter().find(|id| !results.iter().any(|result| result.call_id == ***id)) {
            let why = format!("The result of the call `{missing}` is missing: submit those of all calls together.");
            return Err(Error::Results { place: None, message: why });
        }
        if kept.results.is_some() {
            return Ok(Some(Submitted::Taken(kept.seq)));
        }
        if self.is_draining() {
            return Err(Error::Draining);
        }
        if rows.suspensions().submit(turn.id, kept.seq, results, self.clock.now_ms()).await? {
            self.take_on(rows, turn.id);
            return Ok(Some(Submitted::Taken(kept.seq)));
        }
        let now = rows.suspensions().find(turn.id).await?;
        if now.is_some_and(|now| now.status == Status::AwaitingResults && now.seq == kept.seq && now.results.is_none())
        {
            // Its time is over, and its end is about to come.
            self.take_on(rows, turn.id);
            return Err(Error::Turn(Failure::new("expired", "The results came too late: the turn ends without them.")));
        }
        Ok(None)
    }
}

/// Refuses results of calls that the turn does not have, or that have no result in a turn that `is_over`.
fn check<'a>(
    results: impl IntoIterator<Item = (usize, &'a ToolResult)>,
    uses: &[ToolUse],
    is_over: &str,
) -> Result<()> {
    for (place, result) in results {
        match uses.iter().find(|used| used.call_id == result.call_id) {
            None => {
                let message = format!("The turn has no call `{}`.", result.call_id);
                return Err(Error::Results { place: Some(place), message });
            }
            Some(used) if used.is_error.is_none() => {
                return Err(conflict(format!("The call `{}` has no result, and the turn {is_over}.", result.call_id)));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn conflict(why: String) -> Error {
    Error::Turn(Failure::new("conflict", why))
}
