//! Agents as they are now. Every write makes a version next door, in the same transaction.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::actor::{Actor, Target};
use super::agent_grants;
use super::error::{AgentRefusal, Error, Result};
use super::events::{AgentUpdateKind, AgentUpdatedData};
use super::idempotency::OnceKey;
use super::loan::Loan;
use super::page::{Cursor, Page, PageRequest};
use super::pending_event::Cause;
use super::precondition::{Precondition, Revision};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use crate::ids::{EventId, MemoryProfileId};
use crate::params;

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAgent {
    /// The slug that its maker picked.
    pub id: String,
    /// The number of its present version.
    pub version: u32,
    /// What it says now, as JSON.
    pub definition: String,
    /// When it was made, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// When it last changed, in milliseconds since the epoch.
    pub updated_at_ms: i64,
    /// The account that created it; of a borrowed agent the workspace that lends it.
    pub created_by: String,
    /// Of whom it is borrowed, if it is.
    #[serde(default)]
    pub loan: Option<Loan>,
}

/// What an agent shall say from now on.
#[derive(Debug, Clone)]
pub struct AgentChange {
    /// The agent's slug.
    pub agent_id: String,
    /// The definition, as JSON.
    pub definition: String,
    /// Who says so.
    pub author: String,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// What became of a definition that does not come from a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// There was no such agent.
    Created,
    /// It has a new version.
    Updated,
    /// It says so already, or callers changed it since and the definition did not change.
    Unchanged,
}

/// Where a definition comes from when no caller sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A file or the configuration: what it says goes before what callers said, as soon as it changes.
    File,
    /// The gateway's own idea of a first agent: made only where there never was one, and it yields to a caller who has
    /// changed that agent.
    Gateway,
}

impl StoredAgent {
    /// The state that an `If-Match` names.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        Revision { version: self.version, updated_at_ms: self.updated_at_ms }
    }

    fn event(&self, change: AgentUpdateKind) -> AgentUpdatedData {
        AgentUpdatedData { agent_id: self.id.clone(), version: self.version, change }
    }
}

/// What is lifted out of a definition.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Lifted {
    memory_profile_id: Option<MemoryProfileId>,
}

const COLUMNS: &str = "id, version, definition, created_at, updated_at, created_by";

/// The agents of a workspace.
#[derive(Clone, Copy)]
pub struct Agents<'a>(pub(super) &'a Rows);

impl Agents<'_> {
    /// An agent.
    pub async fn find(self, agent_id: &str) -> Result<Option<StoredAgent>> {
        let agent_id = agent_id.to_owned();
        self.0.read(move |tx| find(tx, &agent_id)).await
    }

    /// The memory profile that the present version of an agent names. One look-up by key.
    pub async fn memory_profile(self, agent_id: &str) -> Result<Option<MemoryProfileId>> {
        let agent_id = agent_id.to_owned();
        let sql = "SELECT memory_profile FROM agents WHERE workspace_id = $1 AND id = $2";
        self.0
            .look(move |tx| match tx.first(sql, params![&agent_id])? {
                Some(mut row) => row.next_optional_id(),
                None => Ok(None),
            })
            .await
    }

    /// Makes an agent with its first version.
    ///
    /// # Errors
    /// [`Error::Unique`] if the slug is taken; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn create(self, new: AgentChange, once: Option<OnceKey>) -> Result<StoredAgent> {
        let (now_ms, actor) = (new.now_ms, self.0.actor());
        let rows = self.0;
        rows.write_once(once, now_ms, move |tx| {
            let made = insert(tx, &new, None)?;
            note(tx, actor.as_deref(), [None, Some(&made)], &json!({"version": made.version}))?;
            tx.emit_by(actor.as_deref(), None, &made.event(AgentUpdateKind::Created))?;
            Ok(made)
        })
        .await
    }

    /// Gives an agent a new version; `None` if there is no such agent.
    ///
    /// # Errors
    /// [`Refusal::Stale`](super::Refusal::Stale) if `precondition` does not hold.
    pub async fn update(self, change: AgentChange, precondition: Precondition) -> Result<Option<StoredAgent>> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write(move |tx| {
            let Some(present) = find(tx, &change.agent_id)? else { return Ok(None) };
            precondition.check(present.revision())?;
            let changed = add_version(tx, &present, &change)?;
            note(tx, actor.as_deref(), [Some(&present), Some(&changed)], &json!({"version": changed.version}))?;
            tx.emit_by(actor.as_deref(), None, &changed.event(AgentUpdateKind::Updated))?;
            Ok(Some(changed))
        })
        .await
    }

    /// Gives an agent a new version that says what the version `to` said; `None` if there is no such agent.
    ///
    /// # Errors
    /// [`AgentRefusal::NoSuchVersion`]; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn roll_back(
        self,
        agent_id: &str,
        to: u32,
        author: &str,
        now_ms: i64,
        once: Option<OnceKey>,
    ) -> Result<Option<StoredAgent>> {
        let (agent_id, author, actor) = (agent_id.to_owned(), author.to_owned(), self.0.actor());
        let rows = self.0;
        rows.write_found_once(once, now_ms, move |tx| {
            let Some(present) = find(tx, &agent_id)? else { return Ok(None) };
            let sql =
                "SELECT definition FROM agent_versions WHERE workspace_id = $1 AND agent_id = $2 AND version = $3";
            let mut row = tx.first(sql, params![&agent_id, to])?.ok_or(AgentRefusal::NoSuchVersion)?;
            let (agent_id, author) = (agent_id.clone(), author.clone());
            let change = AgentChange { agent_id, definition: row.next_text()?, author, now_ms };
            let rolled = add_version(tx, &present, &change)?;
            let changes = json!({"version": rolled.version, "from_version": to});
            note(tx, actor.as_deref(), [Some(&present), Some(&rolled)], &changes)?;
            tx.emit_by(actor.as_deref(), None, &rolled.event(AgentUpdateKind::Updated))?;
            Ok(Some(rolled))
        })
        .await
    }

    /// Removes an agent with its versions and grants; false if there is no such agent. Its sessions stay and can be read.
    ///
    /// # Errors
    /// [`Refusal::Stale`](super::Refusal::Stale) if `precondition` does not hold.
    pub async fn delete(self, agent_id: &str, precondition: Precondition) -> Result<bool> {
        let (agent_id, actor) = (agent_id.to_owned(), self.0.actor());
        let rows = self.0;
        rows.write(move |tx| {
            let Some(present) = find(tx, &agent_id)? else { return Ok(false) };
            precondition.check(present.revision())?;
            note(tx, actor.as_deref(), [Some(&present), None], &json!({"version": present.version}))?;
            tx.emit_by(actor.as_deref(), None, &present.event(AgentUpdateKind::Deleted))?;
            tx.execute("DELETE FROM agent_versions WHERE workspace_id = $1 AND agent_id = $2", params![&agent_id])?;
            agent_grants::remove_of_agent(tx, &agent_id)?;
            Ok(tx.execute("DELETE FROM agents WHERE workspace_id = $1 AND id = $2", params![&agent_id])? == 1)
        })
        .await
    }

    /// Takes over what a file, the configuration or the gateway itself says of an agent, if it says something new; `key` is
    /// the key of the event.
    pub async fn apply_definition(self, change: AgentChange, origin: Origin, key: i64) -> Result<Applied> {
        self.0.write(move |tx| take(tx, &change, origin, key)).await
    }
}

/// Writes down that the first of these agents was there before, and the second one after a change.
fn note(tx: &mut Tx<'_>, actor: Option<&Actor>, agents: [Option<&StoredAgent>; 2], changes: &Json) -> Result<()> {
    let Some(agent) = agents.iter().flatten().next() else { return Ok(()) };
    let definitions = agents.map(|agent| agent.map(|agent| agent.definition.as_str()));
    tx.audit_change_of_texts(actor, target(&agent.id), changes, definitions)
}

pub(super) const fn target(agent_id: &str) -> Target<'_> {
    Target { kind: "agent", id: agent_id }
}

/// The gateway itself causes an event.
const fn own(key: i64, change: &AgentChange) -> Cause {
    Cause { id: EventId::from_key(key), at_ms: change.now_ms, subject: None, owner: None }
}

fn take(tx: &mut Tx<'_>, change: &AgentChange, origin: Origin, key: i64) -> Result<Applied> {
    let said = digest(&change.definition);
    let may_be_made = origin == Origin::File || is_first_start(tx)?;
    let Some(present) = find(tx, &change.agent_id)? else {
        if !may_be_made {
            return Ok(Applied::Unchanged);
        }
        let made = insert(tx, change, Some(&said))?;
        tx.emit(own(key, change), &made.event(AgentUpdateKind::Created))?;
        return Ok(Applied::Created);
    };
    let sql = "SELECT a.source, a.digest, v.created_by FROM agents a JOIN agent_versions v
        ON v.workspace_id = a.workspace_id AND v.agent_id = a.id AND v.version = a.version
        WHERE a.workspace_id = $1 AND a.id = $2";
    let mut row = tx.one(sql, params![&change.agent_id])?;
    let (source, holds, author) = (row.next_optional_text()?, row.next_text()?, row.next_text()?);
    if source.as_deref() == Some(said.as_str()) || (origin == Origin::Gateway && author != change.author) {
        return Ok(Applied::Unchanged);
    }
    let remember = "UPDATE agents SET source = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(remember, params![&change.agent_id, &said])?;
    if holds == said {
        return Ok(Applied::Unchanged);
    }
    let changed = add_version(tx, &present, change)?;
    tx.emit(own(key, change), &changed.event(AgentUpdateKind::Updated))?;
    Ok(Applied::Updated)
}

/// Whether the store has never been asked this before, and has no agent.
fn is_first_start(tx: &mut Tx<'_>) -> Result<bool> {
    let note = "INSERT INTO counters (name, value) VALUES ('first_agent', 1) ON CONFLICT (name) DO NOTHING";
    let is_new = tx.unscoped().execute(note, params![])? == 1;
    Ok(is_new && tx.first("SELECT id FROM agents WHERE workspace_id = $1 LIMIT 1", params![])?.is_none())
}

/// A short name of a definition's content, the same for the same JSON.
#[must_use]
pub fn digest(definition: &str) -> String {
    Sha256::digest(definition).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn find(tx: &mut Tx<'_>, agent_id: &str) -> Result<Option<StoredAgent>> {
    let sql = format!("SELECT {COLUMNS} FROM agents WHERE workspace_id = $1 AND id = $2");
    tx.first(&sql, params![agent_id])?.map(read).transpose()
}

fn insert(tx: &mut Tx<'_>, new: &AgentChange, source: Option<&str>) -> Result<StoredAgent> {
    let insert =
        "INSERT INTO agents (workspace_id, id, version, definition, digest, source, created_at, updated_at, created_by,
            memory_profile)
        VALUES ($1, $2, 1, $3, $4, $5, $6, $6, $7, $8)";
    let (hash, profile) = (digest(&new.definition), memory_profile(tx, &new.definition)?);
    let values = params![&new.agent_id, &new.definition, &hash, source, new.now_ms, &new.author, profile];
    tx.execute(insert, values)?;
    keep_version(tx, 1, new)?;
    find(tx, &new.agent_id)?.ok_or_else(|| Error::broken("an agent was lost while it was made"))
}

fn add_version(tx: &mut Tx<'_>, present: &StoredAgent, change: &AgentChange) -> Result<StoredAgent> {
    let version = present.version + 1;
    let update = "UPDATE agents SET version = $3, definition = $4, digest = $5, updated_at = $6, memory_profile = $7
        WHERE workspace_id = $1 AND id = $2";
    let (hash, profile) = (digest(&change.definition), memory_profile(tx, &change.definition)?);
    tx.execute(update, params![&present.id, version, &change.definition, &hash, change.now_ms, profile])?;
    keep_version(tx, version, change)?;
    Ok(StoredAgent { version, definition: change.definition.clone(), updated_at_ms: change.now_ms, ..present.clone() })
}

/// The memory profile that a definition names: a column of its own says which agents have it.
///
/// # Errors
/// [`AgentRefusal::NoSuchMemoryProfile`] if the workspace has no such profile.
fn memory_profile(tx: &mut Tx<'_>, definition: &str) -> Result<Option<MemoryProfileId>> {
    let lifted: Lifted = serde_json::from_str(definition).unwrap_or_default();
    match lifted.memory_profile_id {
        Some(id) if !has_memory_profile(tx, id)? => Err(AgentRefusal::NoSuchMemoryProfile.into()),
        profile => Ok(profile),
    }
}

/// Whether the transaction's workspace has a memory profile.
pub(super) fn has_memory_profile(tx: &mut Tx<'_>, id: MemoryProfileId) -> Result<bool> {
    let sql = "SELECT 1 FROM memory_profiles WHERE workspace_id = $1 AND id = $2";
    Ok(tx.first(sql, params![id])?.is_some())
}

/// The agents that have a memory profile, newest first.
pub(super) fn page_of_profile(
    tx: &mut Tx<'_>,
    profile: MemoryProfileId,
    request: &PageRequest,
) -> Result<Page<StoredAgent>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM agents WHERE workspace_id = $1 AND memory_profile = $2 AND (created_at, id) < ($3, $4)
        ORDER BY created_at DESC, id DESC LIMIT $5"
    );
    let (at, id) = request.position();
    let place = |agent: &StoredAgent| Cursor { at: agent.created_at_ms, id: agent.id.clone() };
    tx.page(&sql, params![profile, at, id, request.fetch()], request, read, place)
}

fn keep_version(tx: &mut Tx<'_>, version: u32, change: &AgentChange) -> Result<()> {
    let insert =
        "INSERT INTO agent_versions (workspace_id, agent_id, version, definition, digest, created_at, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let hash = digest(&change.definition);
    let values = params![&change.agent_id, version, &change.definition, &hash, change.now_ms, &change.author];
    tx.execute(insert, values).map(drop)
}

fn read(mut row: Row) -> Result<StoredAgent> {
    Ok(StoredAgent {
        id: row.next_text()?,
        version: row.next_count()?,
        definition: row.next_text()?,
        created_at_ms: row.next_int()?,
        updated_at_ms: row.next_int()?,
        created_by: row.next_text()?,
        loan: None,
    })
}
