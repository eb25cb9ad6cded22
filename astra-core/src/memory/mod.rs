//! What agents remember: search over all tiers of a workspace's memory, and what is made of it in turns.

pub mod analyse;
pub mod embed;
pub mod extract;
pub mod graph;
pub mod index;
pub mod profile;
pub mod rank;
mod weight;

use std::sync::Arc;

use tokio::sync::Notify;
pub use weight::weight;

use crate::config::Config;
use crate::memory::analyse::{document_terms, terms_to_bytes};
use crate::store::IndexEntry;
use crate::work::Base;

/// The memory of all workspaces.
pub struct Memory {
    config: Arc<Config>,
    /// A turn has ended that is to be remembered.
    ended: Notify,
}

impl Memory {
    /// The memory in the store of `base`. Nothing is read yet.
    #[must_use]
    pub fn open(base: &Base) -> Arc<Self> {
        Arc::new(Self { config: Arc::clone(&base.config), ended: Notify::new() })
    }

    /// What `text` is found by.
    #[must_use]
    pub fn index_entry(&self, text: &str) -> IndexEntry {
        IndexEntry { embedder: 0, vector: Vec::new(), terms: terms_to_bytes(&document_terms(text)) }
    }

    /// A turn has ended that is to be remembered: another one, or one of another gateway, is found without being said.
    pub fn wake_extraction(&self) {
        self.ended.notify_one();
    }

    /// Waits until a turn of this gateway has ended that is to be remembered.
    async fn turn_ended(&self) {
        self.ended.notified().await;
    }

    /// Whether turns are remembered, and memory is recalled in turns.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.config.memory.enabled
    }
}
