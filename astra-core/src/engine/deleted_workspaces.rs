//! What is in this gateway's memory of workspaces that are deleted, by whichever gateway, goes: agents and the index of memory.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::catalogue::Catalogue;
use crate::memory::Memory;
use crate::store::{self, Db, Signal};
use crate::tasks::TaskKind;
use crate::work::Base;

const FORGET: TaskKind = TaskKind::new("workspaces.forget").aborted();
/// The store is looked at when a workspace was deleted, and after this time in any case: deleted ones are found for longer.
const LOOK: Duration = Duration::from_secs(300);

/// Follows the store for as long as the gateway runs.
pub fn open(base: &Base, agents: &Arc<Catalogue>, memory: &Arc<Memory>) {
    let (store, agents, memory) = (base.store.clone(), Arc::clone(agents), Arc::clone(memory));
    let deleted = store.changed(Signal::Workspaces);
    base.supervisor.spawn(FORGET, move |_| {
        keep_forgetting(store.clone(), Arc::clone(&agents), Arc::clone(&memory), Arc::clone(&deleted))
    });
}

async fn keep_forgetting(
    store: Db,
    agents: Arc<Catalogue>,
    memory: Arc<Memory>,
    deleted: Arc<Notify>,
) -> store::Result<()> {
    loop {
        let _ = timeout(LOOK, deleted.notified()).await;
        for workspace in store.deleted_workspaces().await? {
            memory.forget_workspace(workspace.number);
            agents.forget(&workspace.id);
        }
    }
}
