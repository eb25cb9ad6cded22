//! Vectors that are made after what they are of was written. An embedder that is asked over the network is not waited for by a
//! write; and when another embedder is configured, what was written before gets vectors of it. Searches go on meanwhile: what
//! has no vector yet is found by words and by the graph.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use super::Embedding;
use crate::clock::Clock;
use crate::memory::Memory;
use crate::provider;
use crate::store::{self, Db, MadeVector, MemoryTier, Rows, UnembeddedRow, WorkspaceId};
use crate::tasks::TaskKind;
use crate::work::{Base, Lease};

const EMBEDDING: TaskKind = TaskKind::new("memory.embedding").aborted();
/// The lease of the gateway that makes vectors: two would pay twice.
const LEADER: &str = "memory_embedding";
const LEASE_MS: i64 = 60_000;
/// How long the work waits after a failure of the embedder, at first and at most.
const PAUSE: Duration = Duration::from_secs(2);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// What makes vectors of what has none of the configured embedder.
#[derive(Clone)]
pub struct VectorWork {
    store: Db,
    memory: Arc<Memory>,
    clock: Arc<dyn Clock>,
    lease: Arc<Lease>,
    /// Whether this gateway has the lease of those that make vectors.
    has_led: Arc<AtomicBool>,
}

/// Why vectors could not be made.
#[derive(Debug)]
pub enum VectorFault {
    /// The store's fault.
    Store(store::Error),
    /// The embedder's.
    Embedder(provider::Error),
    /// The workspace does not allow the model that makes vectors.
    NotAllowed,
}

/// Vectors that were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VectorsMade {
    /// Items that have one.
    pub made: u64,
    /// Items of whose text the embedder makes none.
    pub without: u64,
}

/// Which items get a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Those that no embedder was asked about.
    New,
    /// Those that the configured one was not asked about.
    All,
}

impl From<store::Error> for VectorFault {
    fn from(fault: store::Error) -> Self {
        Self::Store(fault)
    }
}

impl From<provider::Error> for VectorFault {
    fn from(error: provider::Error) -> Self {
        Self::Embedder(error)
    }
}

impl VectorWork {
    /// In the memory in the store of `base`.
    #[must_use]
    pub fn new(base: &Base, memory: &Arc<Memory>) -> Self {
        let (clock, lease) = (Arc::clone(&base.clock), Arc::clone(&base.lease));
        Self { store: base.store.clone(), memory: Arc::clone(memory), clock, lease, has_led: Arc::default() }
    }

    /// Makes vectors for as long as the gateway runs; of the built-in embedder, which writes do not wait for, until those of
    /// another one are replaced.
    pub fn open(base: &Base, memory: &Arc<Memory>) {
        let work = Self::new(base, memory);
        base.supervisor.spawn(EMBEDDING, move |_| work.clone().run());
    }

    async fn run(self) -> store::Result<()> {
        let (mut is_replaced, mut pause) = (false, PAUSE);
        loop {
            let round = self.round(&mut is_replaced).await;
            self.rest().await?;
            match round {
                Ok(()) if !self.memory.embeds_later() => return Ok(()),
                Ok(()) => {
                    pause = PAUSE;
                    self.memory.something_written().await;
                }
                Err(VectorFault::Store(fault)) => return Err(fault),
                // Those workspaces are passed over.
                Err(VectorFault::NotAllowed) => self.memory.something_written().await,
                Err(VectorFault::Embedder(error)) => {
                    tracing::warn!(
                        error.kind = error.kind.as_str(), error = %error, pause.s = pause.as_secs(),
                        "vectors of memory could not be made and are tried again"
                    );
                    sleep(error.retry_after().unwrap_or(pause).clamp(pause, PAUSE_MAX)).await;
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
    }

    /// Once in the life of the gateway what has vectors of another embedder; each time what has none.
    async fn round(&self, is_replaced: &mut bool) -> Result<(), VectorFault> {
        let embedder = self.memory.embedder().space().embedder;
        if !*is_replaced {
            // A workspace that does not allow it now may do so later.
            let mut is_complete = true;
            for workspace in self.store.workspaces_of_other_embedders(embedder).await? {
                if !self.leads().await? {
                    return Ok(());
                }
                is_complete &= self.allowed(&workspace, Missing::All).await?;
            }
            *is_replaced = is_complete;
        }
        if self.memory.embeds_later() {
            let workspaces: Vec<WorkspaceId> = self.store.workspaces_without_vectors().await?;
            for workspace in workspaces {
                if !self.leads().await? {
                    return Ok(());
                }
                self.allowed(&workspace, Missing::New).await?;
            }
        }
        Ok(())
    }

    /// Makes the vectors of a workspace if that allows it; answers whether it does.
    async fn allowed(&self, workspace: &WorkspaceId, missing: Missing) -> Result<bool, VectorFault> {
        match self.workspace(&self.store.rows(workspace), missing, |_| ()).await {
            Ok(_) => Ok(true),
            Err(VectorFault::NotAllowed) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Makes the vectors of a workspace, a batch at a time; `note` hears of each batch.
    ///
    /// # Errors
    /// The store's and the embedder's; [`VectorFault::NotAllowed`]. What was made before is kept.
    pub async fn workspace(
        &self,
        rows: &Rows,
        missing: Missing,
        note: impl Fn(VectorsMade),
    ) -> Result<VectorsMade, VectorFault> {
        let space = self.memory.embedder().space();
        let batch = u32::try_from(self.memory.embedder().batch()).unwrap_or(u32::MAX);
        let (mut total, mut change, mut item) = (VectorsMade::default(), 0, 0);
        loop {
            let found = match missing {
                Missing::New => rows.memory_index().never_embedded(change, item, batch).await?,
                Missing::All => rows.memory_index().unembedded(space.embedder, change, item, batch).await?,
            };
            let Some(last) = found.last() else { break };
            (change, item) = (last.change, last.item_id);
            let made = self.made(rows, found).await?;
            let with = made.iter().filter(|one| !one.vector.is_empty()).count() as u64;
            let without = made.len() as u64 - with;
            rows.memory_index().set_vectors(space.embedder, made).await?;
            total = VectorsMade { made: total.made + with, without: total.without + without };
            note(total);
        }
        if missing == Missing::All {
            rows.memory_index().set_embedder(space.embedder).await?;
        }
        Ok(total)
    }

    async fn made(&self, rows: &Rows, found: Vec<UnembeddedRow>) -> Result<Vec<MadeVector>, VectorFault> {
        if !self.memory.may_embed(rows).await? {
            return Err(VectorFault::NotAllowed);
        }
        let texts = texts(rows, &found).await?;
        let embeddings = self.memory.embedder().of_texts(&texts).await?;
        let bytes = |embedding: Option<Embedding>| embedding.map(|embedding| embedding.to_bytes()).unwrap_or_default();
        let made = found.into_iter().zip(embeddings);
        Ok(made.map(|(row, embedding)| MadeVector { row, vector: bytes(embedding) }).collect())
    }

    /// Lets another gateway make the next vectors.
    async fn rest(&self) -> store::Result<()> {
        if self.has_led.swap(false, Ordering::Relaxed) {
            self.store.end_leadership(LEADER, self.lease.id()).await?;
        }
        Ok(())
    }

    /// Whether this gateway is the one that makes vectors.
    async fn leads(&self) -> store::Result<bool> {
        if !self.store.is_shared() {
            return Ok(true);
        }
        let instance = self.lease.id();
        let leader = self.store.take_leadership(LEADER, instance, LEASE_MS, self.clock.now_ms()).await?;
        self.has_led.fetch_or(leader.instance_id == instance, Ordering::Relaxed);
        Ok(leader.instance_id == instance)
    }
}

/// The texts of rows, in their order; empty where the text is gone.
async fn texts(rows: &Rows, found: &[UnembeddedRow]) -> store::Result<Vec<String>> {
    let ids = |of_session: bool| -> Vec<i64> {
        let is_meant = |row: &&UnembeddedRow| (row.tier == MemoryTier::Session) == of_session;
        found.iter().filter(is_meant).map(|row| row.item_id).collect()
    };
    let (kept, turns) = (ids(false), ids(true));
    let (memories, questions) = tokio::join!(rows.memories().find_many(&kept), rows.turns().questions(turns));
    let mut texts: HashMap<i64, String> = memories?.into_iter().map(|one| (one.id.key(), one.content)).collect();
    texts.extend(questions?.into_iter().map(|one| (one.turn_id.key(), one.content.texts().into_owned())));
    Ok(found.iter().map(|row| texts.remove(&row.item_id).unwrap_or_default()).collect())
}
