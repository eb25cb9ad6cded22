//! What is remembered of a transaction while it runs.

use std::cell::Cell;

/// What is remembered of a transaction while it runs.
#[derive(Default)]
pub(super) struct Notes {
    /// Whether a statement has failed.
    pub(super) failed: Cell<bool>,
    effects: Cell<Effects>,
}

/// What a transaction does beyond its rows, once it is committed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Effects {
    /// Credentials have ended.
    pub(super) ended_credentials: bool,
    /// Jobs wait that did not wait before.
    pub(super) changed_jobs: bool,
    /// MCP servers were connected or disconnected.
    pub(super) changed_mcp_servers: bool,
}

impl Notes {
    /// What happens with the commit.
    pub(super) const fn effects(&self) -> Effects {
        self.effects.get()
    }

    /// Sets what happens with the commit.
    pub(super) fn set_effects(&self, effects: Effects) {
        self.effects.set(effects);
    }
}
