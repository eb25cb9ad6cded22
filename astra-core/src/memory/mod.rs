//! What agents remember: search over all tiers of a workspace's memory, and what is made of it in turns.

pub mod graph;
pub mod profile;
pub mod upkeep;
mod weight;

use std::sync::Arc;

pub use weight::weight;

use crate::config::Config;
use crate::store::IndexEntry;
use crate::work::Base;

/// The memory of all workspaces.
pub struct Memory {
    config: Arc<Config>,
}

impl Memory {
    /// The memory in the store of `base`. Nothing is read yet.
    #[must_use]
    pub fn open(base: &Base) -> Arc<Self> {
        Arc::new(Self { config: Arc::clone(&base.config) })
    }

    /// What `text` is found by.
    #[must_use]
    pub fn index_entry(&self, _text: &str) -> IndexEntry {
        IndexEntry::default()
    }

    /// Whether turns are remembered, and memory is recalled in turns.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.config.memory.enabled
    }
}
