//! Turns that wait for a person's approval or for the caller's results: what a gateway goes on with, whichever it is. A turn that
//! waits is in no gateway's memory.

use super::approvals::{self, NewApproval};
use super::conversation_events;
use super::error::{Error, Result};
use super::rows::Rows;
use super::spawned_turns;
use super::turn_events::{self, LogEntry};
use super::turns::{self, Outcome, Status, Turn, WAITS};
use super::tx::Tx;
use crate::content::ToolResult;
use crate::ids::TurnId;
use crate::params;

/// A turn that begins to wait.
#[derive(Debug)]
pub struct NewSuspension {
    /// What it waits for.
    pub status: Status,
    /// What it has come to.
    pub outcome: Outcome,
    /// What the gateway needs to know that takes it on.
    pub state: String,
    /// The sequence number of its last event.
    pub seq: i64,
    /// The entries of the event log that are not in the store yet, with the sequence number of the first.
    pub log: Option<(i64, Vec<LogEntry>)>,
    /// What a person is to decide on.
    pub approvals: Vec<NewApproval>,
    /// The turns that it has begun and waits for, each with the last event that it has seen.
    pub children: Vec<(TurnId, i64)>,
    /// The turn that has begun it, if one has: it learns of the wait.
    pub parent: Option<TurnId>,
    /// When the wait ends in any case, and now, in milliseconds since the epoch.
    pub expires_at_ms: i64,
    /// Now.
    pub now_ms: i64,
}

/// What becomes of a [`NewSuspension`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspended {
    /// The turn waits.
    Waits,
    /// It was asked to end.
    CancelRequested,
    /// It was ended.
    Ended,
}

/// A turn that waits, or has waited.
#[derive(Debug)]
pub struct Suspension {
    /// Whether the turn waits still, and for what.
    pub status: Status,
    /// Whether it was asked to end.
    pub cancel_requested: bool,
    /// The sequence number of the last event before the wait.
    pub seq: i64,
    /// What the turn had come to.
    pub outcome: Outcome,
    /// What the gateway needs to know that takes it on.
    pub state: String,
    /// What the caller has submitted.
    pub results: Option<Vec<ToolResult>>,
}

/// The turns of a workspace that wait.
#[derive(Clone, Copy)]
pub struct Suspensions<'a>(pub(super) &'a Rows);

impl Suspensions<'_> {
    /// Lets a running turn wait.
    pub async fn create(self, turn: TurnId, new: NewSuspension) -> Result<Suspended> {
        let text = |fault| Error::broken(fault);
        let outcome = serde_json::to_string(&new.outcome).map_err(text)?;
        let log = new.log.as_ref().map(|(first, entries)| Ok((*first, serde_json::to_string(entries)?)));
        let log = log.transpose().map_err(text)?;
        self.0
            .write_locking(move |tx| {
                if let Some(parent) = new.parent {
                    spawned_turns::lock(tx, parent)?;
                }
                let sql = format!("SELECT cancel_requested FROM open_turns WHERE workspace_id = $1 AND id = $2{}", tx.lock());
                let Some(mut row) = tx.first(&sql, params![turn])? else { return Ok(Suspended::Ended) };
                if row.next_truth()? {
                    return Ok(Suspended::CancelRequested);
                }
                let wait = "UPDATE open_turns SET status = $3 WHERE workspace_id = $1 AND id = $2";
                tx.execute(wait, params![turn, new.status.as_str()])?;
                for approval in &new.approvals {
                    approvals::insert(tx, turn, approval, new.now_ms, new.expires_at_ms)?;
                }
                let asked: Vec<_> = new.approvals.iter().map(|asked| (asked.id, asked.tool.as_str())).collect();
                conversation_events::approvals_requested(tx, turn, &asked, new.now_ms, new.expires_at_ms)?;
                let sql = "INSERT INTO suspensions (workspace_id, turn_id, seq, outcome, state, is_ready, expires_at_ms)
                    VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (turn_id) DO UPDATE SET seq = excluded.seq,
                    outcome = excluded.outcome, state = excluded.state, results = NULL, is_ready = 0, expires_at_ms = excluded.expires_at_ms";
                tx.execute(sql, params![turn, new.seq, &outcome, &new.state, new.expires_at_ms])?;
                if let Some((first_seq, entries)) = &log {
                    turn_events::insert(tx, turn, *first_seq, entries)?;
                }
                if !new.children.is_empty() && spawned_turns::has_news(tx, &new.children)? {
                    spawned_turns::wake(tx, turn)?;
                }
                if let Some(parent) = new.parent {
                    spawned_turns::wake(tx, parent)?;
                }
                Ok(Suspended::Waits)
            })
            .await
    }

    /// The wait of an open turn: the present one, or the last one.
    pub async fn find(self, turn: TurnId) -> Result<Option<Suspension>> {
        self.0.read(move |tx| find(tx, turn)).await
    }

    /// Keeps the caller's results, once, if the turn waits for them since the event `seq`; false, with nothing written, if it does
    /// not.
    pub async fn submit(self, turn: TurnId, seq: i64, results: &[ToolResult], now_ms: i64) -> Result<bool> {
        let results = serde_json::to_string(results).map_err(Error::broken)?;
        self.0
            .write_locking(move |tx| {
                if waits(tx, turn)? != Some(Status::AwaitingResults) {
                    return Ok(false);
                }
                let sql = "UPDATE suspensions SET results = $4, is_ready = 1 WHERE workspace_id = $1 AND turn_id = $2 AND seq = $3
                    AND results IS NULL AND expires_at_ms > $5";
                Ok(tx.execute(sql, params![turn, seq, &results, now_ms])? == 1)
            })
            .await
    }

    /// Lets the gateway `owner` take a turn on whose wait is over; `None` if it does not wait, or has to wait on. Approvals that were
    /// not decided on in time are denied.
    pub async fn claim(self, turn: TurnId, owner: i64, now_ms: i64) -> Result<Option<(Turn, Suspension)>> {
        self.0
            .write_locking(move |tx| {
                if waits(tx, turn)?.is_none() {
                    return Ok(None);
                }
                let over = "SELECT turn_id FROM suspensions WHERE workspace_id = $1 AND turn_id = $2
                    AND (is_ready = 1 OR expires_at_ms <= $3)";
                let (Some(_), Some(found)) = (tx.first(over, params![turn, now_ms])?, find(tx, turn)?) else {
                    return Ok(None);
                };
                approvals::expire(tx, turn, now_ms)?;
                let run = "UPDATE open_turns SET status = 'running', owner = $3 WHERE workspace_id = $1 AND id = $2";
                tx.execute(run, params![turn, owner])?;
                let taken =
                    "UPDATE suspensions SET is_ready = 0, expires_at_ms = $3 WHERE workspace_id = $1 AND turn_id = $2";
                tx.execute(taken, params![turn, i64::MAX])?;
                Ok(turns::find_by(tx, "t.id = $2", params![turn])?.map(|turn| (turn, found)))
            })
            .await
    }
}

/// What an open turn waits for; its row is locked.
fn waits(tx: &mut Tx<'_>, turn: TurnId) -> Result<Option<Status>> {
    let sql =
        format!("SELECT status FROM open_turns WHERE workspace_id = $1 AND id = $2 AND status IN {WAITS}{}", tx.lock());
    tx.first(&sql, params![turn])?.map(|mut row| Status::named(&row.next_text()?)).transpose()
}

fn find(tx: &mut Tx<'_>, turn: TurnId) -> Result<Option<Suspension>> {
    let sql = "SELECT t.status, t.cancel_requested, s.seq, s.outcome, s.state, s.results FROM suspensions s
        JOIN open_turns t ON t.id = s.turn_id WHERE s.workspace_id = $1 AND s.turn_id = $2";
    let Some(mut row) = tx.first(sql, params![turn])? else { return Ok(None) };
    let (status, cancel_requested) = (Status::named(&row.next_text()?)?, row.next_truth()?);
    let (seq, outcome, state) = (row.next_int()?, row.next_json()?, row.next_text()?);
    let results = row.next_optional_text()?.map(|results| serde_json::from_str(&results).map_err(Error::broken));
    Ok(Some(Suspension { status, cancel_requested, seq, outcome, state, results: results.transpose()? }))
}

/// Removes what is kept of the waits of a turn that has ended.
pub(super) fn end(tx: &mut Tx<'_>, turn: TurnId) -> Result<()> {
    tx.execute(approvals::CANCEL, params![turn])?;
    tx.execute("DELETE FROM suspensions WHERE workspace_id = $1 AND turn_id = $2", params![turn]).map(drop)
}
