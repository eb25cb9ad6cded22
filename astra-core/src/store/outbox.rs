//! What happened, for readers outside: a row for each event, written in the transaction of the change that caused it. A turn
//! writes none.

use serde_json::{Value as Json, json};

use super::audit::Actor;
use super::db::{Db, SWEEP_ROWS};
use super::error::Result;
use super::subjects;
use super::tx::Tx;
use crate::params;

/// Something that happened in a workspace.
#[derive(Debug, Clone, Copy)]
pub(super) enum OutboxEvent<'a> {
    /// `agent.updated`: an agent was created, has a new version, or was deleted.
    AgentUpdated {
        /// The agent's slug.
        agent_id: &'a str,
        /// The number of its version, or of its last one.
        version: u32,
        /// What became of it.
        change: Change,
    },
}

/// What became of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It is new.
    Created,
    /// It is another than before.
    Updated,
    /// It is gone.
    Deleted,
}

impl Change {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

impl OutboxEvent<'_> {
    /// The name in the store and on the wire.
    const fn name(&self) -> &'static str {
        match self {
            Self::AgentUpdated { .. } => "agent.updated",
        }
    }

    /// The id of the resource that it is about.
    const fn resource_id(&self) -> &str {
        match self {
            Self::AgentUpdated { agent_id, .. } => agent_id,
        }
    }

    /// Enough to fetch the resource, and nothing that only some of its readers may see.
    fn data(&self) -> Json {
        match self {
            Self::AgentUpdated { agent_id, version, change } => {
                json!({"id": agent_id, "version": version, "change": change.as_str()})
            }
        }
    }
}

impl Tx<'_> {
    /// Writes down that `actor` has caused `event`, under the key of the actor's request; nothing without an actor. A request
    /// causes one event.
    pub(super) fn emit(&mut self, actor: Option<&Actor>, event: &OutboxEvent<'_>) -> Result<()> {
        let Some(actor) = actor else { return Ok(()) };
        let subject = subjects::ensure(self, &actor.subject, actor.subject_number)?;
        insert(self, actor.key, actor.at_ms, Some(subject), event)
    }

    /// As [`Tx::emit`], for what the gateway itself has caused; `key` is the row's own.
    pub(super) fn emit_own(&mut self, key: i64, at_ms: i64, event: &OutboxEvent<'_>) -> Result<()> {
        insert(self, key, at_ms, None, event)
    }
}

fn insert(tx: &mut Tx<'_>, key: i64, at_ms: i64, subject: Option<i64>, event: &OutboxEvent<'_>) -> Result<()> {
    let sql = "INSERT INTO outbox (workspace_id, id, at_ms, event, subject, resource_id, data)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let data = event.data().to_string();
    tx.execute(sql, params![key, at_ms, event.name(), subject, event.resource_id(), &data]).map(drop)
}

impl Db {
    /// Removes rows of the outbox of all workspaces that were written before `before_ms`, at most [`SWEEP_ROWS`] of them; answers how many.
    pub async fn delete_old_events(&self, before_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            let sql = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)";
            tx.execute(sql, params![before_ms, SWEEP_ROWS])
        })
        .await
    }
}
