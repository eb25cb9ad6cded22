//! Turns whose question is still to be remembered. A row is written in the transaction that keeps the answer, and goes in the one
//! that keeps what was remembered: whenever a gateway dies, each turn is remembered once. Times of leases are compared by the
//! database's clock, all others by the gateways' own.

use std::sync::Arc;

use super::db::Db;
use super::error::Result;
use super::memory_tier::TierSet;
use super::message::role_of;
use super::messages;
use super::tx::Tx;
use super::value::{Param, Row};
use super::workspace::WorkspaceId;
use crate::content::Role;
use crate::ids::{SessionId, TurnId};
use crate::params;

/// What may be remembered of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remember {
    /// The tiers that may be written.
    pub tiers: TierSet,
    /// When what is written expires, in milliseconds since the epoch; `None`: never.
    pub expires_at_ms: Option<i64>,
}

/// A gateway's hold on a turn that is to be remembered. The epoch grows each time that the turn is given to a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PendingLease {
    /// The turn.
    pub turn_id: TurnId,
    /// The epoch under which the gateway got it.
    pub epoch: i64,
}

/// A turn in the hands of a gateway that remembers.
#[derive(Debug, Clone)]
pub struct PendingTurn {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The hold on it.
    pub lease: PendingLease,
    /// How often it was given to a gateway: 1 for the first time.
    pub attempts: i64,
    /// What may be remembered of it.
    pub remember: Remember,
    /// Whose words they are, by number.
    pub subject: i64,
    /// Whose words they are, `usr_...` or the like.
    pub user_id: Arc<str>,
    /// The agent that was asked.
    pub agent_id: String,
    /// The session.
    pub session_id: SessionId,
    /// The texts of the question.
    pub question: String,
    /// When it was asked, in milliseconds since the epoch.
    pub created_at_ms: i64,
}

/// What a gateway asks for that can remember turns.
#[derive(Debug, Clone, Copy)]
pub struct PendingClaim {
    /// How many.
    pub count: u32,
    /// For how long it has them, in milliseconds.
    pub lease_ms: i64,
    /// Now by its own clock, in milliseconds since the epoch.
    pub own_ms: i64,
}

/// The columns of a row, and the parameters that [`values`] makes for them.
pub(super) const COLUMNS: &str =
    "turn_id, workspace_id, attempts, lease_until_ms, epoch, run_at_ms, tiers, expires_at_ms";

/// What [`COLUMNS`] have beside the turn, the workspace and zeros.
pub(super) fn values(remember: &Remember, now_ms: i64) -> [Param<'static>; 3] {
    [now_ms.into(), remember.tiers.bits().into(), remember.expires_at_ms.into()]
}

/// Lets the turn be remembered, within the transaction that ends it.
pub(super) fn insert(tx: &mut Tx<'_>, turn: TurnId, remember: &Remember, now_ms: i64) -> Result<()> {
    let sql = format!("INSERT INTO memory_pending ({COLUMNS}) VALUES ($2, $1, 0, 0, 0, $3, $4, $5)");
    let [run_at_ms, tiers, expires_at_ms] = values(remember, now_ms);
    tx.execute(&sql, &[turn.into(), run_at_ms, tiers, expires_at_ms]).map(drop)
}

impl Db {
    /// Gives turns that are to be remembered to a gateway, those that wait for longest first. It writes nothing if there are
    /// none.
    pub async fn claim_pending_memory(&self, claim: PendingClaim) -> Result<Vec<PendingTurn>> {
        let is_one = move |tx: &mut Tx<'_>| {
            tx.first("SELECT turn_id FROM memory_pending WHERE run_at_ms <= $1 LIMIT 1", params![claim.own_ms])
        };
        if self.read(is_one).await?.is_none() {
            return Ok(Vec::new());
        }
        self.write_locking(move |tx| {
            let now_ms = tx.shared_time_ms(claim.own_ms)?;
            let lock = if tx.is_shared() { " FOR UPDATE SKIP LOCKED" } else { "" };
            let sql = format!(
                "SELECT turn_id, workspace_id, epoch, attempts, tiers, expires_at_ms FROM memory_pending
                WHERE run_at_ms <= $1 AND lease_until_ms < $2 ORDER BY run_at_ms, turn_id LIMIT $3{lock}"
            );
            let mut claimed = Vec::new();
            for row in tx.query(&sql, params![claim.own_ms, now_ms, claim.count])? {
                claimed.extend(take(tx, row, now_ms + claim.lease_ms)?);
            }
            Ok(claimed)
        })
        .await
    }

    /// Lets the gateway with these holds have its turns for another while.
    pub async fn renew_pending_memory(&self, leases: Vec<PendingLease>, lease_ms: i64, own_ms: i64) -> Result<()> {
        self.write_locking(move |tx| {
            let until_ms = tx.shared_time_ms(own_ms)? + lease_ms;
            let sql = "UPDATE memory_pending SET lease_until_ms = $3 WHERE turn_id = $1 AND epoch = $2";
            leases.iter().try_for_each(|lease| tx.execute(sql, params![lease.turn_id, lease.epoch, until_ms]).map(drop))
        })
        .await
    }

    /// Gives a turn back, to be remembered at `run_at_ms`.
    pub async fn release_pending_memory(&self, lease: PendingLease, run_at_ms: i64) -> Result<()> {
        self.write_locking(move |tx| {
            let sql = "UPDATE memory_pending SET lease_until_ms = 0, run_at_ms = $3 WHERE turn_id = $1 AND epoch = $2";
            tx.execute(sql, params![lease.turn_id, lease.epoch, run_at_ms]).map(drop)
        })
        .await
    }

    /// Takes all turns from their gateways: for a gateway that is alone, when it begins.
    pub async fn end_pending_memory_leases(&self) -> Result<()> {
        let is_one = |tx: &mut Tx<'_>| {
            tx.first("SELECT turn_id FROM memory_pending WHERE lease_until_ms > 0 LIMIT 1", params![])
        };
        if self.read(is_one).await?.is_none() {
            return Ok(());
        }
        self.write(|tx| tx.execute("UPDATE memory_pending SET lease_until_ms = 0", params![]).map(drop)).await
    }
}

/// Gives the turn of `row` to a gateway; none if it is gone, or nothing of it is a user's.
fn take(tx: &mut Tx<'_>, mut row: Row, lease_until_ms: i64) -> Result<Option<PendingTurn>> {
    let (turn_id, workspace): (TurnId, i64) = (row.next_id()?, row.next_int()?);
    let (epoch, attempts) = (row.next_int()? + 1, row.next_int()? + 1);
    let remember = Remember { tiers: TierSet::from_bits(row.next_int()?), expires_at_ms: row.next_optional_int()? };
    let sql =
        "SELECT w.id, t.session_id, t.agent_id, t.subject, u.id, t.role, t.question, t.question_parts, t.created_at_ms
        FROM turns t JOIN subjects u ON u.number = t.subject JOIN workspaces w ON w.number = t.workspace_id
        WHERE t.workspace_id = $1 AND t.id = $2";
    let Some(mut found) = tx.first(sql, params![workspace, turn_id])? else {
        return forget(tx, turn_id);
    };
    let workspace = WorkspaceId::new(workspace, &found.next_text()?);
    let (session_id, agent_id) = (found.next_id()?, found.next_text()?);
    let (subject, user_id) = (found.next_int()?, Arc::from(found.next_text()?));
    if role_of(&found.next_text()?)? != Role::User {
        return forget(tx, turn_id);
    }
    let question = messages::content(found.next_text()?, found.next_optional_text()?)?.texts().into_owned();
    let created_at_ms = found.next_int()?;
    let sql = "UPDATE memory_pending SET epoch = $2, attempts = $3, lease_until_ms = $4 WHERE turn_id = $1";
    tx.execute(sql, params![turn_id, epoch, attempts, lease_until_ms])?;
    let lease = PendingLease { turn_id, epoch };
    Ok(Some(PendingTurn {
        workspace,
        lease,
        attempts,
        remember,
        subject,
        user_id,
        agent_id,
        session_id,
        question,
        created_at_ms,
    }))
}

fn forget(tx: &mut Tx<'_>, turn_id: TurnId) -> Result<Option<PendingTurn>> {
    tx.execute("DELETE FROM memory_pending WHERE turn_id = $1", params![turn_id])?;
    Ok(None)
}
