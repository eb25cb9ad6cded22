//! What agents said at some time: immutable versions, their labels, and the look-up of every turn.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::agents;
use super::error::Result;
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use crate::params;

/// One version of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredVersion {
    /// The agent's slug.
    pub agent_id: String,
    /// 1, 2, 3, ...
    pub version: u32,
    /// What it says, as JSON.
    pub definition: String,
    /// Its name, which no other version of the agent has.
    pub label: Option<String>,
    /// When it was made, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// The account that created it.
    pub created_by: String,
}

/// Which definition a turn needs: two of the same agent with the same stamp say the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VersionStamp {
    /// The version's number.
    pub version: u32,
    /// The digest of its definition.
    pub digest: String,
}

impl StoredVersion {
    /// The digest of its definition, as its [`VersionStamp`] has it.
    #[must_use]
    pub fn digest(&self) -> String {
        agents::digest(&self.definition)
    }
}

const COLUMNS: &str = "agent_id, version, definition, label, created_at, created_by";

/// The versions of a workspace's agents.
#[derive(Clone, Copy)]
pub struct AgentVersions<'a>(pub(super) &'a Rows);

impl AgentVersions<'_> {
    /// The versions of an agent, newest first; `None` if there is no such agent.
    pub async fn page(self, agent_id: &str, request: PageRequest) -> Result<Option<Page<StoredVersion>>> {
        let agent_id = agent_id.to_owned();
        let sql = format!(
            "SELECT {COLUMNS} FROM agent_versions WHERE workspace_id = $1 AND agent_id = $2 AND version < $3
            ORDER BY version DESC LIMIT $4"
        );
        let rows = self.0;
        rows.list(move |tx| {
            let exists = "SELECT 1 FROM agents WHERE workspace_id = $1 AND id = $2";
            if tx.first(exists, params![&agent_id])?.is_none() {
                return Ok(None);
            }
            let (before, _) = request.position();
            let place = |version: &StoredVersion| Cursor { at: version.version.into(), id: String::new() };
            tx.page(&sql, params![&agent_id, before, request.fetch()], &request, read, place).map(Some)
        })
        .await
    }

    /// One version of an agent.
    pub async fn find(self, agent_id: &str, version: u32) -> Result<Option<StoredVersion>> {
        let agent_id = agent_id.to_owned();
        let sql =
            format!("SELECT {COLUMNS} FROM agent_versions WHERE workspace_id = $1 AND agent_id = $2 AND version = $3");
        self.0.read(move |tx| tx.first(&sql, params![&agent_id, version])?.map(read).transpose()).await
    }

    /// Names a version of an agent; the name leaves the version that had it. The label `None` takes the version's name
    /// away. Answers `None`, with nothing changed, if there is no such version.
    pub async fn label(self, agent_id: &str, version: u32, label: Option<String>) -> Result<Option<StoredVersion>> {
        let (agent_id, actor) = (agent_id.to_owned(), self.0.actor());
        let select =
            format!("SELECT {COLUMNS} FROM agent_versions WHERE workspace_id = $1 AND agent_id = $2 AND version = $3");
        let rows = self.0;
        rows.write(move |tx| {
            let found = tx.first(&select, params![&agent_id, version])?.map(read).transpose()?;
            let Some(found) = found else { return Ok(None) };
            let clear =
                "UPDATE agent_versions SET label = NULL WHERE workspace_id = $1 AND agent_id = $2 AND label = $3";
            tx.execute(clear, params![&agent_id, &label])?;
            let set = "UPDATE agent_versions SET label = $4 WHERE workspace_id = $1 AND agent_id = $2 AND version = $3";
            tx.execute(set, params![&agent_id, version, &label])?;
            let changes = json!({"version": version, "label": &label});
            tx.audit(actor.as_deref(), agents::target(&agent_id), &changes)?;
            Ok(Some(StoredVersion { label: label.clone(), ..found }))
        })
        .await
    }

    /// Which definition a turn of the agent needs now, or under the version `pinned`; `None` if there is no such agent
    /// or version. One look-up by key.
    pub async fn stamp(self, agent_id: &str, pinned: Option<u32>) -> Result<Option<VersionStamp>> {
        let agent_id = agent_id.to_owned();
        let rows = self.0;
        rows.look(move |tx| {
            let Some(version) = pinned else { return present(tx, &agent_id) };
            let sql =
                "SELECT version, digest FROM agent_versions WHERE workspace_id = $1 AND agent_id = $2 AND version = $3";
            tx.first(sql, params![&agent_id, version])?.map(stamp).transpose()
        })
        .await
    }
}

/// Which definition a turn of the agent needs now; `None` if there is no such agent.
pub(super) fn present(tx: &mut Tx<'_>, agent_id: &str) -> Result<Option<VersionStamp>> {
    tx.first(PRESENT, params![agent_id])?.map(stamp).transpose()
}

/// Says that [`present`] is going to be asked.
pub(super) fn present_ahead(tx: &mut Tx<'_>, agent_id: &str) -> Result<()> {
    tx.ahead(PRESENT, params![agent_id])
}

const PRESENT: &str = "SELECT version, digest FROM agents WHERE workspace_id = $1 AND id = $2";

fn stamp(mut row: Row) -> Result<VersionStamp> {
    Ok(VersionStamp { version: row.next_count()?, digest: row.next_text()? })
}

fn read(mut row: Row) -> Result<StoredVersion> {
    Ok(StoredVersion {
        agent_id: row.next_text()?,
        version: row.next_count()?,
        definition: row.next_text()?,
        label: row.next_optional_text()?,
        created_at_ms: row.next_int()?,
        created_by: row.next_text()?,
    })
}
