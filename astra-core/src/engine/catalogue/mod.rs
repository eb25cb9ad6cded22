//! The agents of all workspaces, as turns see them. Definitions are read once and kept as long as they fit; which one
//! holds is asked at every turn, so that a change through any gateway or program is seen by the next turn.

mod cache;
mod check;

use std::sync::Arc;

use super::agent::{AgentDefinition, AgentSpawn, AgentVersion};
use crate::clock::Clock;
use crate::store::{self, Db, Rows, VersionStamp, WorkspaceId, is_borrowed};
use cache::Cache;

pub use check::{Known, check, id_fault};

/// Finds agents.
pub struct Catalogue {
    store: Db,
    clock: Arc<dyn Clock>,
    cache: Cache,
    /// Each agent as it was when it was asked for last.
    latest: Cache,
}

impl Catalogue {
    /// The agents in `store`; `clock` says which grants hold.
    #[must_use]
    pub fn new(store: Db, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, cache: Cache::default(), latest: Cache::default() }
    }

    /// An agent as it is now, or as it was in the version `pinned`; `None` if there is no such thing. A borrowed agent is there for as
    /// long as its grant holds.
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
        let now_ms = is_borrowed(agent_id).then(|| self.clock.now_ms());
        // The second round is for an agent that is deleted and made anew between the two questions.
        for _ in 0..2 {
            let stamp = match now_ms {
                Some(_) => rows.agent_versions().borrowed_stamp(agent_id, pinned, now_ms).await?,
                None => rows.agent_versions().stamp(agent_id, pinned).await?,
            };
            let Some(stamp) = stamp else { return Ok(None) };
            if let Some(agent) = self.of_stamp(&rows, agent_id, &stamp).await? {
                if pinned.is_none() {
                    self.latest.put(latest_key(workspace, agent_id), Arc::clone(&agent));
                }
                return Ok(Some(agent));
            }
        }
        Ok(None)
    }

    /// The version of an agent that a turn has begun with, for as long as it is there: the grant of a borrowed agent may have ended.
    ///
    /// # Errors
    /// The store's.
    pub async fn resolve_begun(
        &self,
        workspace: &WorkspaceId,
        agent_id: &str,
        version: u32,
    ) -> store::Result<Option<Arc<AgentVersion>>> {
        if !is_borrowed(agent_id) {
            return self.resolve(workspace, agent_id, Some(version)).await;
        }
        let rows = self.store.rows(workspace);
        match rows.agent_versions().borrowed_stamp(agent_id, Some(version), None).await? {
            Some(stamp) => self.of_stamp(&rows, agent_id, &stamp).await,
            None => Ok(None),
        }
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
    async fn of_stamp(
        &self,
        rows: &Rows,
        agent_id: &str,
        stamp: &VersionStamp,
    ) -> store::Result<Option<Arc<AgentVersion>>> {
        let key = cache::key(rows.workspace(), agent_id, stamp);
        if let Some(agent) = self.cache.get(&key) {
            return Ok(Some(agent));
        }
        let stored = if is_borrowed(agent_id) {
            rows.agent_versions().find_borrowed(agent_id, stamp.version).await?
        } else {
            let own = rows.agent_versions().find(agent_id, stamp.version).await?;
            own.map(|own| (own.agent_id, own.definition))
        };
        let Some((own_id, stored)) = stored.filter(|(_, stored)| store::digest(stored) == stamp.digest) else {
            return Ok(None);
        };
        let definition = read(&stored)?;
        let definition = if is_borrowed(agent_id) { borrowed(definition, &own_id) } else { definition };
        let (agent_id, digest, stored_bytes) = (agent_id.to_owned(), stamp.digest.clone(), stored.len());
        let agent = AgentVersion { agent_id, version: stamp.version, digest, definition, stored_bytes };
        let agent = Arc::new(agent);
        self.cache.put(key, Arc::clone(&agent));
        Ok(Some(agent))
    }
}

fn latest_key(workspace: &WorkspaceId, agent_id: &str) -> String {
    [workspace.as_str(), agent_id].join("\n")
}

/// What an agent of another workspace says where it is borrowed, if it says `definition` there under the id `own_id`: without what
/// it names of that workspace, which are a memory profile and agents.
#[must_use]
pub fn borrowed(definition: AgentDefinition, own_id: &str) -> AgentDefinition {
    let display_name = definition.display_name.or_else(|| Some(own_id.to_owned()));
    AgentDefinition { display_name, memory_profile_id: None, spawn: AgentSpawn::default(), ..definition }
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
