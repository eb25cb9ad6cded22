//! The upkeep of memory: built-in work of the scheduler, each under its own name, and the job that consolidates one workspace.
//! What a memory weighs follows from times and from what was of use, however often the upkeep runs.

mod consolidate;
mod reembed;

use std::sync::Arc;

pub use consolidate::Consolidate;
pub use reembed::Reembed;

use super::Memory;
use crate::store::{self, DELETED_MEMORY_DAYS, Db, SWEEP_ROWS};
use crate::tasks::TaskKind;
use crate::work::{Base, Scheduler};

const DECAY: TaskKind = TaskKind::new("memory_decay");
const RETENTION: TaskKind = TaskKind::new("memory_retention");
/// The name of the work that strengthens edges which were of use.
pub(super) const STRENGTHENING: &str = "memory_strengthening";
const CONSOLIDATION: TaskKind = TaskKind::new("memory_consolidation");

const DAY_MS: i64 = 24 * 3_600_000;

/// Does the upkeep for as long as the gateway runs.
pub fn open(base: &Base, scheduler: &Arc<Scheduler>, memory: &Arc<Memory>) {
    let (store, clock) = (base.store.clone(), Arc::clone(&base.clock));
    scheduler.built_in(&base.supervisor, DECAY, move || {
        let (store, now_ms) = (store.clone(), clock.now_ms());
        async move { decay(&store, now_ms).await }
    });
    let (store, clock) = (base.store.clone(), Arc::clone(&base.clock));
    scheduler.built_in(&base.supervisor, RETENTION, move || {
        let (store, now_ms) = (store.clone(), clock.now_ms());
        async move { retain(&store, now_ms).await }
    });
    let (store, clock, used) = (base.store.clone(), Arc::clone(&base.clock), Arc::clone(memory));
    scheduler.built_in_everywhere(&base.supervisor, TaskKind::new(STRENGTHENING), move || {
        let (store, memory, now_ms) = (store.clone(), Arc::clone(&used), clock.now_ms());
        async move { memory.flush_used(&store, now_ms).await }
    });
    let (store, consolidate) = (base.store.clone(), Consolidate::new(base, memory));
    scheduler.built_in(&base.supervisor, CONSOLIDATION, move || {
        let (store, consolidate) = (store.clone(), consolidate.clone());
        async move {
            for workspace in store.workspaces_with_memory().await? {
                consolidate.workspace(&store.rows(&workspace)).await?;
            }
            store::Result::Ok(())
        }
    });
}

/// Removes edges that have faded, in pieces, so that no other write waits long.
async fn decay(store: &Db, now_ms: i64) -> store::Result<()> {
    while store.prune_memory_edges(now_ms).await? == u64::from(SWEEP_ROWS) {}
    Ok(())
}

async fn retain(store: &Db, now_ms: i64) -> store::Result<()> {
    while store.expire_memories(now_ms).await? == u64::from(SWEEP_ROWS) {}
    let before_ms = now_ms - DELETED_MEMORY_DAYS * DAY_MS;
    while store.remove_deleted_memories(before_ms).await? == u64::from(SWEEP_ROWS) {}
    while store.sweep_memory_index().await? {}
    Ok(())
}
