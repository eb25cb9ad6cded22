//! The agents of all workspaces, as turns see them.

use std::sync::Arc;

use super::agent::AgentVersion;
use crate::store::{self, Db, WorkspaceId};

/// Finds agents.
pub struct Catalogue {
    store: Db,
}

impl Catalogue {
    /// The agents in `store`.
    #[must_use]
    pub const fn new(store: Db) -> Self {
        Self { store }
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
        let Some((version, definition)) = self.store.scoped(workspace).agent_definition(agent_id, pinned).await? else {
            return Ok(None);
        };
        let definition = serde_json::from_str(&definition).map_err(store::Error::broken)?;
        Ok(Some(Arc::new(AgentVersion { agent_id: agent_id.to_owned(), version, definition })))
    }
}
