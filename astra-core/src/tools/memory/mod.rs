//! The tools of memory: what an agent's model searches, writes and follows by itself. What they work with is there as soon as the
//! gateway is open.

mod search;
mod traverse;
mod write;

use std::sync::{Arc, OnceLock};

use super::tool::{Tool, ToolContext};
use crate::clock::Clock;
use crate::ids::IdMaker;
use crate::memory::Memory;
use crate::memory::profile::MemoryProfileSettings;
use crate::store::{self, Db, Rows};

pub(super) const SEARCH: &str = "memory_search";
pub(super) const TRAVERSE: &str = "graph_traverse";
pub(super) const WRITE: &str = "memory_write";

/// The names of all of them.
pub(super) const NAMES: [&str; 3] = [TRAVERSE, SEARCH, WRITE];

/// What the tools of memory work with.
pub struct MemoryAccess {
    /// What is kept.
    pub store: Db,
    /// What is remembered.
    pub memory: Arc<Memory>,
    /// Identifiers.
    pub ids: IdMaker,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// The place of the access to memory, which is empty until the gateway is open.
#[derive(Clone, Default)]
pub(super) struct MemoryPlace(Arc<OnceLock<MemoryAccess>>);

impl MemoryPlace {
    /// Lets the tools work with `access`, once.
    pub(super) fn open(&self, access: MemoryAccess) {
        // Who opens a gateway does it once.
        let _ = self.0.set(access);
    }

    fn access(&self) -> Result<&MemoryAccess, String> {
        self.0.get().ok_or_else(|| "Memory is not open.".to_owned())
    }
}

impl MemoryAccess {
    /// The rows of the workspace of a call, and what its agent remembers and recalls.
    async fn of(&self, context: &ToolContext) -> Result<(Rows, MemoryProfileSettings), String> {
        let rows = self.store.rows(&context.workspace);
        let id = match &context.agent_id {
            Some(agent_id) => rows.agents().memory_profile(agent_id).await.map_err(unavailable)?,
            None => None,
        };
        let profile = self.memory.profile(&rows, id).await.map_err(unavailable)?;
        Ok((rows, profile))
    }
}

/// The tools.
pub(super) fn tools(place: &MemoryPlace) -> [Arc<dyn Tool>; 3] {
    [
        Arc::new(traverse::GraphTraverse(place.clone())),
        Arc::new(search::MemorySearch(place.clone())),
        Arc::new(write::MemoryWrite(place.clone())),
    ]
}

/// What a model reads where the store fails.
fn unavailable(fault: store::Error) -> String {
    tracing::warn!(error = %fault, "a tool could not reach memory");
    "Memory cannot be reached now.".to_owned()
}
