//! What the tools of memory work with: it is there as soon as the gateway is open.

use std::sync::{Arc, OnceLock};

use crate::clock::Clock;
use crate::ids::IdMaker;
use crate::memory::Memory;
use crate::memory::profile::MemoryProfileSettings;
use crate::store::{self, Db, Rows};
use crate::tools::tool::ToolContext;

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
pub(in crate::tools) struct MemoryPlace(Arc<OnceLock<MemoryAccess>>);

impl MemoryPlace {
    /// Lets the tools work with `access`, once.
    pub(in crate::tools) fn open(&self, access: MemoryAccess) {
        // Who opens a gateway does it once.
        let _ = self.0.set(access);
    }

    pub(super) fn access(&self) -> Result<&MemoryAccess, String> {
        self.0.get().ok_or_else(|| "Memory is not open.".to_owned())
    }
}

impl MemoryAccess {
    /// The rows of the workspace of a call, and what its agent remembers and recalls.
    pub(super) async fn of(&self, context: &ToolContext) -> Result<(Rows, MemoryProfileSettings), String> {
        let rows = self.store.rows(&context.workspace);
        let id = match &context.agent_id {
            Some(agent_id) => rows.agents().memory_profile(agent_id).await.map_err(unavailable)?,
            None => None,
        };
        let profile = self.memory.profile(&rows, id).await.map_err(unavailable)?;
        Ok((rows, profile))
    }
}

/// What a model reads where the store fails.
pub(super) fn unavailable(fault: store::Error) -> String {
    tracing::warn!(error = %fault, "a tool could not reach memory");
    "Memory cannot be reached now.".to_owned()
}
