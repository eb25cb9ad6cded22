//! What sessions have in all: summed up from their turns, by an index that holds all that the sums need.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::db::Db;
use super::error::Result;
use super::message::TURN_STRIDE;
use super::sessions::Session;
use super::tx::Tx;
use super::value::Param;
use super::workspace::WorkspaceId;
use crate::ids::SessionId;

/// What a session has in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SessionTotals {
    /// The number of the newest turn.
    pub last_number: i64,
    /// Messages, those that a fork shares with its parent included.
    pub message_count: i64,
    /// Of its own turns.
    pub input_tokens: i64,
    /// Of its own turns.
    pub output_tokens: i64,
    /// What its own turns keep, in bytes.
    pub storage_bytes: i64,
    /// When it was last written to, in milliseconds since the epoch.
    pub last_active_at_ms: i64,
}

/// A session, and what it has in all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the types say it")]
pub struct SessionWithTotals {
    pub session: Session,
    pub totals: SessionTotals,
}

/// So many sessions are asked about in one statement.
const ASKED_AT_ONCE: usize = 512;

/// The totals of sessions of one workspace; a session without turns has none.
const ENDED: &str =
    "SELECT t.session_id, MAX(t.number), CAST(SUM(t.message_count) AS BIGINT), CAST(SUM(t.input_tokens) AS BIGINT),
        CAST(SUM(t.output_tokens) AS BIGINT), MAX(t.finished_at_ms), CAST(SUM(t.bytes) AS BIGINT) FROM turns t";
const OPEN: &str = "SELECT t.session_id, MAX(t.number), COUNT(*),
        CAST(SUM((SELECT COUNT(*) FROM turn_steps s WHERE s.workspace_id = t.workspace_id AND s.session_id = t.session_id
            AND s.number = t.number)) AS BIGINT),
        MAX(t.created_at_ms), CAST(SUM(t.bytes) AS BIGINT) FROM open_turns t";

impl SessionTotals {
    fn of_none(session: &Session) -> Self {
        let parent = session.parent;
        Self {
            last_number: parent.map_or(0, |parent| parent.until / TURN_STRIDE),
            message_count: parent.map_or(0, |parent| parent.messages),
            input_tokens: 0,
            output_tokens: 0,
            storage_bytes: 0,
            last_active_at_ms: session.created_at_ms,
        }
    }
}

/// `session` with what it has in all.
pub(super) fn add_one(tx: &mut Tx<'_>, session: Session) -> Result<SessionWithTotals> {
    let mut added = add(tx, vec![session])?;
    added.pop().ok_or_else(|| super::Error::broken("a session was lost while its totals were read"))
}

/// Each of `sessions` with what it has in all.
pub(super) fn add(tx: &mut Tx<'_>, sessions: Vec<Session>) -> Result<Vec<SessionWithTotals>> {
    let mut totals: HashMap<SessionId, SessionTotals> =
        sessions.iter().map(|session| (session.id, SessionTotals::of_none(session))).collect();
    for asked in sessions.chunks(ASKED_AT_ONCE) {
        let ids: Vec<Param<'_>> = padded(asked, |session| Param::from(session.id));
        let places = places(2, ids.len());
        let condition = format!("WHERE t.workspace_id = $1 AND t.session_id IN ({places}) GROUP BY t.session_id");
        for mut row in tx.query(&format!("{ENDED} {condition}"), &ids)? {
            let Some(of_session) = totals.get_mut(&row.next_id()?) else { continue };
            of_session.last_number = of_session.last_number.max(row.next_int()?);
            of_session.message_count += row.next_int()?;
            of_session.input_tokens = row.next_int()?;
            of_session.output_tokens = row.next_int()?;
            of_session.last_active_at_ms = of_session.last_active_at_ms.max(row.next_int()?);
            of_session.storage_bytes += row.next_int()?;
        }
        for mut row in tx.query(&format!("{OPEN} {condition}"), &ids)? {
            let Some(of_session) = totals.get_mut(&row.next_id()?) else { continue };
            of_session.last_number = of_session.last_number.max(row.next_int()?);
            of_session.message_count += row.next_int()? + row.next_int()?;
            of_session.last_active_at_ms = of_session.last_active_at_ms.max(row.next_int()?);
            of_session.storage_bytes += row.next_int()?;
        }
    }
    let with = |session: Session| {
        let totals = totals.get(&session.id).copied().unwrap_or_default();
        SessionWithTotals { session, totals }
    };
    Ok(sessions.into_iter().map(with).collect())
}

/// A value for each of `rows`, of few lengths, so that few statements are prepared: the last one is asked about again and
/// again.
fn padded<'a, T>(rows: &'a [T], value: impl Fn(&'a T) -> Param<'a>) -> Vec<Param<'a>> {
    let length = rows.len().next_power_of_two();
    rows.iter().chain(rows.last().into_iter().cycle()).take(length).map(value).collect()
}

/// `$first, $second, ...`
fn places(first: usize, count: usize) -> String {
    let names: Vec<String> = (first..first + count).map(|number| format!("${number}")).collect();
    names.join(", ")
}

impl Db {
    /// The number of the newest turn of each of `sessions`, which may be of many workspaces; those that are not there are left out.
    pub async fn last_turns(&self, sessions: Vec<(WorkspaceId, SessionId)>) -> Result<Vec<(SessionId, i64)>> {
        self.read(move |tx| {
            let mut numbers = Vec::with_capacity(sessions.len());
            for asked in sessions.chunks(ASKED_AT_ONCE / 2) {
                let pairs: Vec<[Param<'_>; 2]> =
                    asked.iter().map(|(workspace, id)| [Param::Int(workspace.number()), Param::from(*id)]).collect();
                let length = pairs.len().next_power_of_two();
                let params: Vec<Param<'_>> =
                    pairs.iter().chain(pairs.last().into_iter().cycle()).take(length).flatten().copied().collect();
                let names: Vec<String> =
                    (0..length).map(|pair| format!("(CAST(${} AS BIGINT), CAST(${} AS BIGINT))", 2 * pair + 1, 2 * pair + 2)).collect();
                let newest = |table: &str| {
                    format!("(SELECT MAX(t.number) FROM {table} t WHERE t.workspace_id = s.workspace_id AND t.session_id = s.id)")
                };
                let sql = format!(
                    "SELECT s.id, COALESCE({}, 0), COALESCE({}, 0) FROM sessions s
                    WHERE (s.workspace_id, s.id) IN (VALUES {}) AND s.status IN ('active', 'archived')",
                    newest("turns"),
                    newest("open_turns"),
                    names.join(", ")
                );
                for mut row in tx.query(&sql, &params)? {
                    numbers.push((row.next_id()?, row.next_int()?.max(row.next_int()?)));
                }
            }
            Ok(numbers)
        })
        .await
    }
}
