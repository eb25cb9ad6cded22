//! The agents of all workspaces, as turns see them. Definitions are read once and kept as long as they fit; which one
//! holds is asked at every turn, so that a change through any gateway or program is seen by the next turn.

mod cache;
mod check;

use std::sync::Arc;

use super::agent::{AgentDefinition, AgentVersion};
use crate::store::{self, Db, Rows, VersionStamp, WorkspaceId};
use cache::Cache;

pub use check::{Known, check, id_fault};

/// Finds agents.
pub struct Catalogue {
    store: Db,
    cache: Cache,
    /// Each agent as it was when it was asked for last.
    latest: Cache,
}

impl Catalogue {
    /// The agents in `store`.
    #[must_use]
    pub fn new(store: Db) -> Self {
        Self { store, cache: Cache::default(), latest: Cache::default() }
    }

    /// An agent as it is now, or as it was in the version `pinned`; `None` if there is no such thing.
    ///
    /// # Errors
    /// The store's.
    pub async fn resolve(
        &self,
        workspace: &WorkspaceId,
        agent_id: &str,
        pinned: Option<u32>,
    ) -> store::Result<Option<Arc<AgentVersion>>> {
        let rows = self.store.rows(workspace);
        // The second round is for an agent that is deleted and made anew between the two questions.
        for _ in 0..2 {
            let Some(stamp) = rows.agent_versions().stamp(agent_id, pinned).await? else { return Ok(None) };
            if let Some(agent) = self.of_stamp(&rows, agent_id, &stamp).await? {
                if pinned.is_none() {
                    self.latest.put(latest_key(workspace, agent_id), Arc::clone(&agent));
                }
                return Ok(Some(agent));
            }
        }
        Ok(None)
    }

    /// An agent as it was a while ago and most likely still is, without a question to the store: who takes it holds it
    /// against the store later.
    #[must_use]
    pub fn last_seen(&self, workspace: &WorkspaceId, agent_id: &str) -> Option<Arc<AgentVersion>> {
        self.latest.get(&latest_key(workspace, agent_id))
    }

    /// Lets go of the agents of the workspace `id`, which is deleted. One that has the id by now reads its own again.
    pub fn forget(&self, id: &str) {
        self.cache.forget(id);
        self.latest.forget(id);
    }

    /// The definition that `stamp` names, from memory if it was read before; `None` if it is not there any more.
    ///
    /// # Errors
    /// The store's.
    pub async fn of_stamp(
        &self,
        rows: &Rows,
        agent_id: &str,
        stamp: &VersionStamp,
    ) -> store::Result<Option<Arc<AgentVersion>>> {
        let key = cache::key(rows.workspace(), agent_id, stamp);
        if let Some(agent) = self.cache.get(&key) {
            return Ok(Some(agent));
        }
        let Some(stored) = rows.agent_versions().find(agent_id, stamp.version).await? else { return Ok(None) };
        if stored.digest() != stamp.digest {
            return Ok(None);
        }
        let definition = read(&stored.definition)?;
        let (agent_id, digest) = (agent_id.to_owned(), stamp.digest.clone());
        let stored_bytes = stored.definition.len();
        let agent = AgentVersion { agent_id, version: stamp.version, digest, definition, stored_bytes };
        let agent = Arc::new(agent);
        self.cache.put(key, Arc::clone(&agent));
        Ok(Some(agent))
    }
}

fn latest_key(workspace: &WorkspaceId, agent_id: &str) -> String {
    [workspace.as_str(), agent_id].join("\n")
}

/// A stored definition.
///
/// # Errors
/// [`store::Error::Broken`] if another version of the gateway wrote what this one cannot read.
pub fn read(definition: &str) -> store::Result<AgentDefinition> {
    serde_json::from_str(definition)
        .map_err(|fault| store::Error::Broken(format!("a stored agent cannot be read: {fault}")))
}

/// A definition as it is stored: two that say the same are the same text.
///
/// # Errors
/// Only if JSON cannot say it.
pub fn write(definition: &AgentDefinition) -> store::Result<String> {
    serde_json::to_string(definition).map_err(|fault| store::Error::Broken(fault.to_string()))
}
