//! Turns that other turns have begun, by the tool `spawn_agent`: which one belongs to which. Other turns have no row.

use serde::de::IgnoredAny;

use super::error::{Result, TurnRefusal};
use super::mode::OnDouble;
use super::rows::Rows;
use super::tx::Tx;
use crate::ids::TurnId;
use crate::params;

/// The turns of a workspace that other turns have begun.
#[derive(Clone, Copy)]
pub struct SpawnedTurns<'a>(pub(super) &'a Rows);

impl SpawnedTurns<'_> {
    /// The turn that has begun this one, if one has.
    pub async fn parent_of(self, turn: TurnId) -> Result<Option<TurnId>> {
        self.0
            .read(move |tx| {
                let sql = "SELECT parent_id FROM spawned_turns WHERE workspace_id = $1 AND turn_id = $2";
                tx.first(sql, params![turn])?.map(|mut row| row.next_id()).transpose()
            })
            .await
    }

    /// The open turns that a turn has begun.
    pub async fn open_of(self, parent: TurnId) -> Result<Vec<TurnId>> {
        self.0
            .read(move |tx| {
                let sql = "SELECT c.turn_id FROM spawned_turns c JOIN open_turns o ON o.id = c.turn_id
                    WHERE c.workspace_id = $1 AND c.parent_id = $2 ORDER BY c.turn_id";
                tx.query(sql, params![parent])?.iter_mut().map(|row| row.next_id()).collect()
            })
            .await
    }

    /// What a turn that has ended has used together with all turns below it: tokens, US dollars and calls of tools.
    pub async fn used(self, turn: TurnId) -> Result<(i64, f64, u32)> {
        self.0
            .read(move |tx| {
                let sql = "WITH RECURSIVE family (id) AS (
                        SELECT CAST($2 AS BIGINT)
                        UNION ALL SELECT c.turn_id FROM spawned_turns c JOIN family f ON c.parent_id = f.id WHERE c.workspace_id = $1)
                    SELECT t.input_tokens + t.output_tokens, t.cost_usd, t.tool_calls
                    FROM turns t JOIN family f ON f.id = t.id WHERE t.workspace_id = $1";
                let (mut tokens, mut cost_usd, mut calls) = (0_i64, 0.0, 0_u32);
                for mut row in tx.query(sql, params![turn])? {
                    tokens = tokens.saturating_add(row.next_int()?);
                    cost_usd += row.next_float()?;
                    let of_turn: Vec<IgnoredAny> = row.next_json_or_default()?;
                    calls = calls.saturating_add(u32::try_from(of_turn.len()).unwrap_or(u32::MAX));
                }
                Ok((tokens, cost_usd, calls))
            })
            .await
    }
}

/// Locks the turn `parent`, whose rows are locked before those of the turns that it has begun.
pub(super) fn lock(tx: &mut Tx<'_>, parent: TurnId) -> Result<()> {
    let sql = format!("SELECT id FROM open_turns WHERE workspace_id = $1 AND id = $2{}", tx.lock());
    tx.first(&sql, params![parent]).map(drop)
}

/// Refuses a turn with a `parent` that has ended, or was asked to end.
pub(super) fn check_parent(tx: &mut Tx<'_>, parent: Option<TurnId>) -> Result<()> {
    let Some(parent) = parent else { return Ok(()) };
    let sql = format!("SELECT cancel_requested FROM open_turns WHERE workspace_id = $1 AND id = $2{}", tx.lock());
    let ends = tx.first(&sql, params![parent])?.map_or(Ok(true), |mut row| row.next_truth())?;
    if ends { Err(TurnRefusal::ParentEnded.into()) } else { Ok(()) }
}

/// Keeps that `parent`, if there is one, has begun `turn`.
pub(super) fn insert(tx: &mut Tx<'_>, turn: TurnId, parent: Option<TurnId>) -> Result<()> {
    let Some(parent) = parent else { return Ok(()) };
    let sql = "INSERT INTO spawned_turns (workspace_id, turn_id, parent_id) VALUES ($1, $2, $3)";
    tx.later(sql, params![turn, parent], OnDouble::Fails)
}

/// Lets `parent` be taken on, if it waits and a person has decided on all its own calls: something has become of a turn that it
/// has begun. It is locked.
pub(super) fn wake(tx: &mut Tx<'_>, parent: TurnId) -> Result<()> {
    let sql = "UPDATE suspensions SET is_ready = 1 WHERE workspace_id = $1 AND turn_id = $2 AND NOT EXISTS
        (SELECT 1 FROM approvals a WHERE a.workspace_id = $1 AND a.turn_id = $2 AND a.status = 'pending')";
    tx.execute(sql, params![parent]).map(drop)
}

/// Whether one of these turns, each seen up to a place of its log, has ended or waits since a later place.
pub(super) fn has_news(tx: &mut Tx<'_>, seen: &[(TurnId, i64)]) -> Result<bool> {
    let sql = "SELECT o.id FROM open_turns o WHERE o.workspace_id = $1 AND o.id = $2 AND NOT EXISTS
        (SELECT 1 FROM suspensions s WHERE s.turn_id = o.id AND s.seq > $3)";
    for (turn, seq) in seen {
        if tx.first(sql, params![*turn, *seq])?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Asks the open turns that `parent` has begun to end.
pub(super) fn cancel(tx: &mut Tx<'_>, parent: TurnId) -> Result<()> {
    lock(tx, parent)?;
    let children = "SELECT turn_id FROM spawned_turns WHERE workspace_id = $1 AND parent_id = $2";
    let cancel = format!("UPDATE open_turns SET cancel_requested = 1 WHERE workspace_id = $1 AND id IN ({children})");
    if tx.execute(&cancel, params![parent])? > 0 {
        let wake = format!("UPDATE suspensions SET is_ready = 1 WHERE workspace_id = $1 AND turn_id IN ({children})");
        tx.execute(&wake, params![parent])?;
    }
    Ok(())
}
