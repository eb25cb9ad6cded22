//! The logs that are followed in this gateway: one question to the store for all of them, whenever any log has grown.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::clock::Clock;
use crate::store::{self, Db, Signal, WorkspaceId};
use crate::tasks::TaskKind;
use crate::work::Base;

const FOLLOW: TaskKind = TaskKind::new("events.follow").aborted();
const READERS: TaskKind = TaskKind::new("events.readers").aborted();
/// The store is looked at when it has changed, and after this time in any case.
const LOOK: Duration = Duration::from_secs(30);
/// How often it is read which workspaces have readers, when nothing says that this has changed: readers of long ago are none.
const READERS_LOOK: Duration = Duration::from_secs(600);
const DAY_MS: i64 = 24 * 3_600_000;

/// The logs of events of all workspaces.
pub struct EventLog {
    pub(super) store: Db,
    pub(super) clock: Arc<dyn Clock>,
    keep_ms: i64,
    /// The newest positions of the logs that are followed, by workspace.
    followed: Mutex<HashMap<i64, watch::Sender<i64>>>,
}

impl EventLog {
    /// Follows the store for as long as the gateway runs.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(base: &Base) -> store::Result<Arc<Self>> {
        let keep_ms = i64::from(base.config.store.outbox_days) * DAY_MS;
        let (store, clock) = (base.store.clone(), Arc::clone(&base.clock));
        let log = Arc::new(Self { store, clock, keep_ms, followed: Mutex::default() });
        // Listening begins before the first look, so that what happens in between is not missed.
        let (grown, readers) = (log.store.changed(Signal::Events), log.store.changed(Signal::EventReaders));
        log.look_for_readers().await?;
        let follower = Arc::clone(&log);
        base.supervisor.spawn(FOLLOW, move |_| Arc::clone(&follower).keep_following(Arc::clone(&grown)));
        let follower = Arc::clone(&log);
        base.supervisor.spawn(READERS, move |_| Arc::clone(&follower).keep_looking_for_readers(Arc::clone(&readers)));
        Ok(log)
    }

    async fn keep_following(self: Arc<Self>, grown: Arc<Notify>) -> store::Result<()> {
        loop {
            let _ = timeout(LOOK, grown.notified()).await;
            self.look().await?;
        }
    }

    async fn keep_looking_for_readers(self: Arc<Self>, changed: Arc<Notify>) -> store::Result<()> {
        loop {
            let _ = timeout(READERS_LOOK, changed.notified()).await;
            self.look_for_readers().await?;
        }
    }

    async fn look_for_readers(&self) -> store::Result<()> {
        self.store.follow_event_readers(self.clock.now_ms() - self.keep_ms).await
    }

    /// Tells those who follow a log how far it is.
    async fn look(&self) -> store::Result<()> {
        let workspaces = {
            let mut followed = self.followed();
            followed.retain(|_, newest| newest.receiver_count() > 0);
            followed.keys().copied().collect::<Vec<_>>()
        };
        if workspaces.is_empty() {
            return Ok(());
        }
        let heads = self.store.event_heads(workspaces).await?;
        let followed = self.followed();
        for (workspace, position) in heads {
            if let Some(newest) = followed.get(&workspace) {
                newest.send_if_modified(|newest| {
                    let has_grown = position > *newest;
                    *newest = position.max(*newest);
                    has_grown
                });
            }
        }
        Ok(())
    }

    /// What says how far a log is, from the next look on; 0 before it.
    pub(super) fn newest(&self, workspace: &WorkspaceId) -> watch::Receiver<i64> {
        self.followed().entry(workspace.number()).or_insert_with(|| watch::Sender::new(0)).subscribe()
    }

    fn followed(&self) -> MutexGuard<'_, HashMap<i64, watch::Sender<i64>>> {
        // A panic elsewhere leaves the map whole: each change is one operation.
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
