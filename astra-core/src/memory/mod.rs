//! What agents remember: search over all tiers of a workspace's memory, and what is made of it in turns.

mod accesses;
pub mod analyse;
mod directory;
pub mod embed;
pub mod evaluate;
pub mod extract;
pub mod graph;
pub mod hit;
pub mod index;
pub mod profile;
pub mod rank;
mod repeats;
pub mod search;
pub mod transfer;
pub mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::{sleep, timeout};

use crate::config::Config;
use crate::ids::MemoryProfileId;
use crate::memory::accesses::EdgeAccesses;
use crate::memory::analyse::{document_terms, terms_to_bytes};
use crate::memory::embed::{Embedder, RemoteEmbedder, StaticEmbedder};
use crate::memory::profile::MemoryProfileSettings;
use crate::metrics::Metrics;
use crate::provider::Registry;
use crate::store::{self, Db, EdgeKey, IndexEntry, PendingTurn, Rows, TierSet};
use crate::work::Base;
use crate::workspace_policy::WorkspacePolicies;
use directory::Directory;
use repeats::Repeats;

/// How often items without a vector are looked for of which there was no notice.
const LOOK: Duration = Duration::from_secs(5);
/// How long after a notice what was written is looked for.
const COMMITTED: Duration = Duration::from_millis(100);

/// The memory of all workspaces.
pub struct Memory {
    config: Arc<Config>,
    embedder: Embedder,
    policies: Arc<WorkspacePolicies>,
    directory: Directory,
    /// Edges of the graph that were of use and have gained nothing by it yet.
    accesses: EdgeAccesses,
    repeats: Repeats,
    metrics: Arc<Metrics>,
    /// Searches of large indexes that run at the same time.
    permits: Semaphore,
    /// A turn has ended that is to be remembered.
    ended: Notify,
    /// Something is written whose vector is made later.
    written: Notify,
}

impl Memory {
    /// The memory in the store of `base`, whose vectors one of `providers` makes if the configuration says so, for those workspaces
    /// whose `policies` allow it. No memory is read yet.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(
        base: &Base,
        providers: &Arc<Registry>,
        policies: &Arc<WorkspacePolicies>,
    ) -> store::Result<Arc<Self>> {
        let bytes_max = usize::try_from(base.config.memory.cache_mib << 20).unwrap_or(usize::MAX);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let embedder = match &base.config.memory.embeddings {
            None => Embedder::BuiltIn(StaticEmbedder::new()),
            Some(config) => {
                let dimension = usize::try_from(config.dimensions).map_err(store::Error::broken)?;
                let id = base.store.embedder(config.model.clone(), dimension, base.ids.key()).await?;
                let (providers, metrics) = (Arc::clone(providers), Arc::clone(&base.metrics));
                Embedder::Remote(RemoteEmbedder::new(providers, config.clone(), id, metrics))
            }
        };
        Ok(Arc::new(Self {
            config: Arc::clone(&base.config),
            embedder,
            policies: Arc::clone(policies),
            directory: Directory::new(bytes_max),
            accesses: EdgeAccesses::default(),
            repeats: Repeats::default(),
            metrics: Arc::clone(&base.metrics),
            permits: Semaphore::new(cores),
            ended: Notify::new(),
            written: Notify::new(),
        }))
    }

    /// Lets go of what is in memory of the workspace of this number, which is deleted.
    pub fn forget_workspace(&self, number: i64) {
        self.directory.forget(number);
    }

    /// A turn has ended that is to be remembered: another one, or one of another gateway, is found without being said.
    pub fn wake_extraction(&self) {
        self.ended.notify_one();
    }

    /// Waits until a turn of this gateway has ended that is to be remembered.
    async fn turn_ended(&self) {
        self.ended.notified().await;
    }

    /// Waits until something may have been written whose vector is to be made, by this gateway or by another one.
    async fn something_written(&self) {
        // What is written now is committed in a moment.
        if timeout(LOOK, self.written.notified()).await.is_ok() {
            sleep(COMMITTED).await;
        }
    }

    /// Whether writes do not wait for vectors.
    const fn embeds_later(&self) -> bool {
        matches!(self.embedder, Embedder::Remote(_))
    }

    /// Whether turns are remembered, and memory is recalled in turns.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.config.memory.enabled
    }

    /// What makes the vectors of texts.
    #[must_use]
    pub const fn embedder(&self) -> &Embedder {
        &self.embedder
    }

    /// Whether vectors may be made of what the workspace of `rows` keeps and asks: the table in the program asks no provider.
    ///
    /// # Errors
    /// The store's.
    pub async fn may_embed(&self, rows: &Rows) -> store::Result<bool> {
        let Some(config) = &self.config.memory.embeddings else { return Ok(true) };
        let policy = self.policies.of(rows.workspace()).await?;
        Ok(policy.restrictions.refusal(&config.provider, Some(&config.model)).is_none())
    }

    /// What `text` is found by, which is to be written now. An embedder that is asked over the network makes its vector later.
    #[must_use]
    pub fn index_entry(&self, text: &str) -> IndexEntry {
        let (embedder, embedding) = match &self.embedder {
            Embedder::BuiltIn(table) => (StaticEmbedder::SPACE.embedder, table.embed(text)),
            Embedder::Remote(_) => {
                self.written.notify_one();
                (0, None)
            }
        };
        let vector = embedding.map(|embedding| embedding.to_bytes()).unwrap_or_default();
        IndexEntry { embedder, vector, terms: terms_to_bytes(&document_terms(text)) }
    }

    /// What agents with the profile `id` remember and recall; the built-in default without one, or where it is gone: a version
    /// of an agent that a session holds on to may name a profile that was deleted.
    ///
    /// # Errors
    /// The store's.
    pub async fn profile(&self, rows: &Rows, id: Option<MemoryProfileId>) -> store::Result<MemoryProfileSettings> {
        let Some(id) = id else { return Ok(MemoryProfileSettings::default()) };
        match rows.memory_profiles().find(id).await? {
            Some(stored) => serde_json::from_str(&stored.settings).map_err(store::Error::broken),
            None => Ok(MemoryProfileSettings::default()),
        }
    }

    /// Whether a question adds nothing to what is remembered: the same user has asked it in the same words, and that is still
    /// found.
    #[must_use]
    pub fn is_repeat(&self, rows: &Rows, subject: i64, tiers: TierSet, question: &str) -> bool {
        let workspace = rows.workspace().number();
        let first = self.repeats.find(workspace, subject, tiers, question);
        first.is_some_and(|first| self.directory.holds(workspace, first))
    }

    /// Notes a turn of which nothing was to be remembered but its question.
    fn note_plain(&self, turn: &PendingTurn) {
        let (workspace, tiers) = (turn.workspace.number(), turn.remember.tiers);
        self.repeats.note(workspace, turn.subject, tiers, &turn.question, turn.lease.turn_id.key());
    }

    /// Edges of the graph were of use to a caller: they gain strength at the next flush. Nothing is written now.
    pub fn note_used(&self, rows: &Rows, edges: impl IntoIterator<Item = EdgeKey>) {
        if self.config.cron.is_paused(upkeep::STRENGTHENING) {
            return;
        }
        let dropped = self.accesses.note(rows.workspace(), edges);
        self.metrics.memory.dropped_uses.add(dropped);
    }

    /// Strengthens the edges that were of use since the last flush.
    ///
    /// # Errors
    /// The store's. What could not be written is kept for the next flush.
    pub async fn flush_used(&self, store: &Db, now_ms: i64) -> store::Result<()> {
        self.accesses.flush(store, now_ms).await
    }

    const fn directory(&self) -> &Directory {
        &self.directory
    }

    const fn permits(&self) -> &Semaphore {
        &self.permits
    }
}
