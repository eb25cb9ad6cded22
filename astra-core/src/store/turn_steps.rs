//! Steps of turns with tools: what was said between the question and the answer.

use super::error::{Error, Result};
use super::message::{self, StoredMessage, TURN_STRIDE};
use super::rows::Rows;
use super::turn_events::{self, LogEntry};
use super::turns::Turn;
use super::tx::Tx;
use crate::content::{Content, Part, Role};
use crate::ids::{MessageId, SessionId, TurnId};
use crate::params;

/// What the model or its tools said in the course of a turn.
#[derive(Debug, Clone)]
pub struct TurnStep {
    /// 1, 2, 3, ... within the turn.
    pub step: u16,
    /// Who says it: the assistant, or tools.
    pub role: Role,
    /// Texts and calls, or results.
    pub parts: Vec<Part>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// The steps of a workspace's turns with tools.
#[derive(Clone, Copy)]
pub struct TurnSteps<'a>(pub(super) &'a Rows);

impl TurnSteps<'_> {
    /// Keeps a step of an open turn, with entries of its event log and the sequence number of the first; false, with nothing
    /// written, if the turn was ended.
    pub async fn create(self, turn: &Turn, step: TurnStep, log: Option<(i64, &[LogEntry])>) -> Result<bool> {
        let log = log.map(|(first_seq, entries)| serde_json::to_string(entries).map(|entries| (first_seq, entries)));
        let log = log.transpose().map_err(Error::broken)?;
        let (id, session_id, number) = (turn.id, turn.session_id, turn.number);
        let parts = serde_json::to_string(&step.parts).map_err(Error::broken)?;
        let rows = self.0;
        rows.write_locking(move |tx| {
            let open = format!("SELECT id FROM open_turns WHERE workspace_id = $1 AND id = $2{}", tx.lock());
            if tx.first(&open, params![id])?.is_none() {
                return Ok(false);
            }
            // A gateway that does not know whether an earlier try took place writes again.
            let sql = "INSERT INTO turn_steps (workspace_id, session_id, number, step, turn_id, role, parts, created_at_ms)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id, session_id, number, step) DO NOTHING";
            let role = message::role_name(step.role);
            tx.execute(sql, params![session_id, number, i64::from(step.step), id, role, &parts, step.now_ms])?;
            if let Some((first_seq, entries)) = &log {
                turn_events::insert(tx, id, *first_seq, entries)?;
            }
            Ok(true)
        })
        .await
    }

    /// The steps of an open turn, in order.
    pub async fn list(self, turn: &Turn) -> Result<Vec<(Role, Content)>> {
        let (id, session_id, number) = (turn.id, turn.session_id, turn.number);
        let rows = self.0;
        rows.read(move |tx| {
            let steps = of(tx, session_id, id, number)?;
            Ok(steps.into_iter().rev().map(|step| (step.role, step.content)).collect())
        })
        .await
    }

    /// How many steps a turn has.
    pub async fn count(self, turn: &Turn) -> Result<u16> {
        let (session_id, number) = (turn.session_id, turn.number);
        let rows = self.0;
        rows.read(move |tx| {
            let sql = "SELECT COUNT(*) FROM turn_steps WHERE workspace_id = $1 AND session_id = $2 AND number = $3";
            let count = tx.one(sql, params![session_id, number])?.next_count()?;
            Ok(u16::try_from(count).unwrap_or(u16::MAX))
        })
        .await
    }
}

/// The steps of a turn as messages, newest first.
pub(super) fn of(tx: &mut Tx<'_>, session_id: SessionId, turn: TurnId, number: i64) -> Result<Vec<StoredMessage>> {
    let sql = "SELECT step, role, parts, created_at_ms FROM turn_steps
        WHERE workspace_id = $1 AND session_id = $2 AND number = $3 ORDER BY step DESC";
    let message = |row: &mut super::Row| -> Result<StoredMessage> {
        let step = row.next_int()?;
        Ok(StoredMessage {
            id: MessageId { turn, place: u16::try_from(step).map_err(Error::broken)? },
            seq: number * TURN_STRIDE + step,
            role: message::role_of(&row.next_text()?)?,
            content: Content::Parts(row.next_json()?),
            created_at_ms: row.next_int()?,
        })
    };
    let mut found = Vec::new();
    tx.each(sql, params![session_id, number], &mut |mut row| {
        found.push(message(&mut row)?);
        Ok(true)
    })?;
    Ok(found)
}
