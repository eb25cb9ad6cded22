//! The indexes of workspaces that are deleted, by whichever gateway, leave this gateway's memory.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use crate::memory::Memory;
use crate::store::{self, Db, Signal};
use crate::tasks::TaskKind;
use crate::work::Base;

const FORGET: TaskKind = TaskKind::new("memory.deleted_workspaces").aborted();
/// The store is looked at when a workspace was deleted, and after this time in any case: deleted ones are found for longer.
const LOOK: Duration = Duration::from_secs(300);

/// Follows the store for as long as the gateway runs.
pub(super) fn open(base: &Base, memory: &Arc<Memory>) {
    let (store, memory) = (base.store.clone(), Arc::clone(memory));
    let deleted = store.changed(Signal::Workspaces);
    base.supervisor.spawn(FORGET, move |_| keep_forgetting(store.clone(), Arc::clone(&memory), Arc::clone(&deleted)));
}

async fn keep_forgetting(store: Db, memory: Arc<Memory>, deleted: Arc<Notify>) -> store::Result<()> {
    loop {
        let _ = timeout(LOOK, deleted.notified()).await;
        for workspace in store.deleted_workspaces().await? {
            memory.directory.forget(workspace.number);
        }
    }
}
