//! The log of events: what happened in each workspace, written in the transaction of the change that caused it, under positions
//! without gaps, in the order of the commits. Readers go on from a position: streams of events, and the deliveries of webhooks.

use serde::Serialize;
use serde_json::value::RawValue;

use super::actor::Actor;
use super::audit_chain;
use super::db::{Db, SWEEP_ROWS};
use super::error::{Error, Result};
use super::events::EventData;
use super::mode::OnDouble;
use super::pending_event::{Cause, PendingEvent};
use super::signals::Signal;
use super::subjects;
use super::tx::Tx;
use super::value::{Param, Row};
use super::workspace::WorkspaceId;
use crate::clock::rfc3339;
use crate::ids::EventId;
use crate::params;

/// How many workspaces one statement asks for.
const ASKED_AT_ONCE: usize = 256;

/// An event as it is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in the log of its workspace: 1, 2, 3, ... in the order of the commits.
    pub position: i64,
    /// `evt_...`
    pub id: EventId,
    /// When it happened, in milliseconds since the epoch.
    pub at_ms: i64,
    /// Its type, such as `agent.updated`.
    pub event: String,
    /// Who may see it beside admins: the subject whose session, job or the like it is about.
    pub owner: Option<String>,
    /// The agent that it is about.
    pub agent_id: Option<String>,
    /// The id of the resource that it is about.
    pub resource_id: String,
    /// JSON of its data.
    pub data: String,
}

/// What the log of a workspace has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRange {
    /// The position of the oldest event that is kept; one more than `last` where none is.
    pub first: i64,
    /// The position of the newest event that ever was; 0 before the first.
    pub last: i64,
}

impl StoredEvent {
    /// What readers get of it: JSON of `id`, `type`, `timestamp` and `data`. The same event is the same text whenever it is
    /// written.
    ///
    /// # Errors
    /// [`Error::Broken`] if its data is no JSON.
    pub fn to_json(&self) -> Result<String> {
        let data = serde_json::from_str(&self.data).map_err(Error::broken)?;
        let written = WrittenEvent { id: self.id, kind: &self.event, timestamp: rfc3339(self.at_ms), data };
        serde_json::to_string(&written).map_err(Error::broken)
    }
}

/// An event as readers get it.
#[derive(Serialize)]
struct WrittenEvent<'a> {
    id: EventId,
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: String,
    data: &'a RawValue,
}

impl Tx<'_> {
    /// Lets the commit write down what has happened in the transaction's workspace. The event is there if the transaction is
    /// committed.
    pub(super) fn emit(&mut self, cause: Cause, data: &impl EventData) -> Result<()> {
        let none = || Error::broken("an event belongs to a workspace");
        self.emit_in(self.workspace().ok_or_else(none)?, cause, data)
    }

    /// As [`Tx::emit`], in the workspace of this number, for work of all workspaces.
    pub(super) fn emit_in<D: EventData>(&mut self, workspace: i64, cause: Cause, data: &D) -> Result<()> {
        self.announce(Signal::Events);
        self.notes.add_event(PendingEvent {
            workspace,
            cause,
            event: D::NAME,
            agent_id: data.agent_id().map(str::to_owned),
            resource_id: data.resource_id(),
            data: serde_json::to_string(data).map_err(Error::broken)?,
        });
        Ok(())
    }

    /// As [`Tx::emit`], for what `actor` has caused, under the key of the actor's request; nothing without an actor. A request
    /// causes one such event.
    pub(super) fn emit_by(&mut self, actor: Option<&Actor>, owner: Option<i64>, data: &impl EventData) -> Result<()> {
        let Some(actor) = actor else { return Ok(()) };
        let subject = Some(subjects::ensure(self, &actor.subject, actor.subject_number)?);
        self.emit(Cause { id: EventId::from_key(actor.key), at_ms: actor.at_ms, subject, owner }, data)
    }

    /// Does what the commit is to do beyond what the transaction has asked for: writes its events, then what the audit has of it,
    /// and announces to other gateways what it announces here. Nothing is asked for after it.
    pub(super) fn settle(&mut self) -> Result<()> {
        let audits = self.notes.take_audits();
        if self.notes.signals().is_empty() && audits.is_empty() {
            return Ok(());
        }
        let mut events = self.notes.take_events();
        // Transactions that have events of several workspaces lock their heads in one order.
        events.sort_by_key(|event| event.workspace);
        let mut tx = self.unscoped();
        for of_one in events.chunk_by(|one, other| one.workspace == other.workspace) {
            append(&mut tx, of_one)?;
        }
        // The heads of the audit are locked after those of the events, by every transaction.
        audit_chain::append(&mut tx, audits)?;
        tx.announce_to_others()
    }
}

/// Writes events of one workspace. Its head is locked until the commit: positions are taken in the order of the commits, and one
/// that is given up is taken again.
fn append(tx: &mut Tx<'_>, events: &[PendingEvent]) -> Result<()> {
    let Some(newest) = events.iter().max_by_key(|event| event.cause.at_ms) else { return Ok(()) };
    let count = i64::try_from(events.len()).map_err(Error::broken)?;
    // The clocks of gateways differ: the time by which the log is swept never goes back.
    let sql = "INSERT INTO event_heads (workspace_id, position, logged_at_ms) VALUES ($1, $2, $3)
        ON CONFLICT (workspace_id) DO UPDATE SET position = event_heads.position + excluded.position, logged_at_ms =
            CASE WHEN excluded.logged_at_ms > event_heads.logged_at_ms THEN excluded.logged_at_ms ELSE event_heads.logged_at_ms END";
    tx.later(sql, params![newest.workspace, count, newest.cause.at_ms], OnDouble::Fails)?;
    let sql = "INSERT INTO outbox (workspace_id, position, id, at_ms, logged_at_ms, event, subject, owner, agent_id, resource_id, data)
        SELECT h.workspace_id, h.position - $2, $3, $4, h.logged_at_ms, $5, $6, $7, $8, $9, $10
        FROM event_heads h WHERE h.workspace_id = $1";
    for (after_it, event) in (0..count).rev().zip(events) {
        let Cause { id, at_ms, subject, owner } = event.cause;
        let params = params![
            event.workspace,
            after_it,
            id,
            at_ms,
            event.event,
            subject,
            owner,
            &event.agent_id,
            &event.resource_id,
            &event.data
        ];
        tx.later(sql, params, OnDouble::Fails)?;
    }
    Ok(())
}

impl Db {
    /// The events of a workspace after a position, oldest first, at most `limit` of them.
    pub async fn events_after(&self, workspace: &WorkspaceId, after: i64, limit: u32) -> Result<Vec<StoredEvent>> {
        self.rows(workspace).read(move |tx| events_after(tx, after, limit)).await
    }

    /// What the log of a workspace has.
    pub async fn event_range(&self, workspace: &WorkspaceId) -> Result<EventRange> {
        self.rows(workspace)
            .read(|tx| {
                let sql = "SELECT (SELECT h.position FROM event_heads h WHERE h.workspace_id = $1),
                    (SELECT MIN(o.position) FROM outbox o WHERE o.workspace_id = $1)";
                let mut row = tx.one(sql, params![])?;
                let last = row.next_optional_int()?.unwrap_or(0);
                Ok(EventRange { first: row.next_optional_int()?.unwrap_or(last + 1), last })
            })
            .await
    }

    /// The positions of the newest events of those of the workspaces, named by their numbers, that have had any.
    pub async fn event_heads(&self, workspaces: Vec<i64>) -> Result<Vec<(i64, i64)>> {
        self.read(move |tx| {
            let mut heads = Vec::with_capacity(workspaces.len());
            for asked in workspaces.chunks(ASKED_AT_ONCE) {
                // Of few lengths, so that there are few statements to prepare.
                let length = asked.len().next_power_of_two();
                let params: Vec<Param<'_>> = asked
                    .iter()
                    .chain(asked.last().into_iter().cycle())
                    .take(length)
                    .map(|number| Param::Int(*number))
                    .collect();
                let names: Vec<String> = (1..=length).map(|place| format!("${place}")).collect();
                let sql = format!(
                    "SELECT workspace_id, position FROM event_heads WHERE workspace_id IN ({})",
                    names.join(", ")
                );
                for mut row in tx.query(&sql, &params)? {
                    heads.push((row.next_int()?, row.next_int()?));
                }
            }
            Ok(heads)
        })
        .await
    }

    /// Removes events of all workspaces that were written before `before_ms`, oldest first, at most [`SWEEP_ROWS`] of them;
    /// answers how many.
    pub async fn delete_old_events(&self, before_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            let sql = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE logged_at_ms < $1
                ORDER BY logged_at_ms, workspace_id, position LIMIT $2)";
            tx.execute(sql, params![before_ms, SWEEP_ROWS])
        })
        .await
    }
}

/// As [`Db::events_after`], within a transaction of the workspace.
pub(super) fn events_after(tx: &mut Tx<'_>, after: i64, limit: u32) -> Result<Vec<StoredEvent>> {
    let sql = "SELECT o.position, o.id, o.at_ms, o.event, u.id, o.agent_id, o.resource_id, o.data FROM outbox o
        LEFT JOIN subjects u ON u.number = o.owner
        WHERE o.workspace_id = $1 AND o.position > $2 ORDER BY o.position LIMIT $3";
    tx.query(sql, params![after, limit])?.iter_mut().map(read).collect()
}

fn read(row: &mut Row) -> Result<StoredEvent> {
    Ok(StoredEvent {
        position: row.next_int()?,
        id: row.next_id()?,
        at_ms: row.next_int()?,
        event: row.next_text()?,
        owner: row.next_optional_text()?,
        agent_id: row.next_optional_text()?,
        resource_id: row.next_text()?,
        data: row.next_text()?,
    })
}
