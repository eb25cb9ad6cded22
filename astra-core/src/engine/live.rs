//! The turns that this gateway is running: their events as they happen, and the way to end them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::event::{Event, EventKind};
use crate::store::{Status, WorkspaceId};

/// A running turn.
pub(super) struct LiveTurn {
    turn_id: Arc<str>,
    log: Mutex<Vec<Arc<Event>>>,
    latest: watch::Sender<i64>,
    end: CancellationToken,
    /// How the turn ends when `end` is called.
    ends_as: Mutex<Status>,
}

type Turns = Arc<Mutex<HashMap<String, Arc<LiveTurn>>>>;

/// All running turns, and those who wait for something to happen in a session.
#[derive(Default)]
pub(super) struct Hub {
    turns: Turns,
    sessions: Mutex<HashMap<(WorkspaceId, String), Arc<Notify>>>,
}

/// A turn's place in the hub, for as long as somebody holds it.
pub(super) struct Seat {
    pub(super) live: Arc<LiveTurn>,
    turns: Turns,
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.turns).remove(&*self.live.turn_id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves these collections whole: each change is one operation.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LiveTurn {
    fn new(turn_id: &str) -> Self {
        Self {
            turn_id: Arc::from(turn_id),
            log: Mutex::new(Vec::new()),
            latest: watch::Sender::new(0),
            end: CancellationToken::new(),
            ends_as: Mutex::new(Status::Cancelled),
        }
    }

    /// Adds events to the log; whoever follows hears them together.
    pub(super) fn publish(&self, kinds: impl IntoIterator<Item = EventKind>) {
        let mut log = lock(&self.log);
        for kind in kinds {
            let seq = i64::try_from(log.len()).unwrap_or(i64::MAX - 1) + 1;
            log.push(Arc::new(Event { turn_id: Arc::clone(&self.turn_id), seq, kind }));
        }
        let latest = i64::try_from(log.len()).unwrap_or(i64::MAX);
        drop(log);
        self.latest.send_replace(latest);
    }

    /// The sequence number of the newest event.
    #[must_use]
    pub(super) fn latest(&self) -> i64 {
        *self.latest.borrow()
    }

    /// The events after `seq` that are there.
    #[must_use]
    pub(super) fn after(&self, seq: i64) -> Vec<Arc<Event>> {
        let log = lock(&self.log);
        let start = usize::try_from(seq).unwrap_or(0).min(log.len());
        log[start..].to_vec()
    }

    /// Waits for events after `seq`.
    pub(super) async fn beyond(&self, seq: i64) -> Vec<Arc<Event>> {
        let mut latest = self.latest.subscribe();
        // The sender lives as long as this turn, so the wait cannot fail.
        let _ = latest.wait_for(|latest| *latest > seq).await;
        self.after(seq)
    }

    /// Ends the turn with `status`; the first call decides.
    pub(super) fn end(&self, status: Status) {
        let mut ends_as = lock(&self.ends_as);
        if !self.end.is_cancelled() {
            *ends_as = status;
            self.end.cancel();
        }
    }

    /// Waits for the call of [`LiveTurn::end`]; answers its status.
    pub(super) async fn ended(&self) -> Status {
        self.end.cancelled().await;
        *lock(&self.ends_as)
    }
}

impl Hub {
    /// Gives a seat to a turn that this gateway is about to run.
    pub(super) fn seat(&self, turn_id: &str) -> Seat {
        let live = Arc::new(LiveTurn::new(turn_id));
        lock(&self.turns).insert(turn_id.to_owned(), Arc::clone(&live));
        Seat { live, turns: Arc::clone(&self.turns) }
    }

    /// The running turn of this id, if it runs here.
    #[must_use]
    pub(super) fn get(&self, turn_id: &str) -> Option<Arc<LiveTurn>> {
        lock(&self.turns).get(turn_id).cloned()
    }

    /// All running turns.
    #[must_use]
    pub(super) fn all(&self) -> Vec<Arc<LiveTurn>> {
        lock(&self.turns).values().cloned().collect()
    }

    /// What rings when a turn of the session begins or ends here.
    #[must_use]
    pub(super) fn bell(&self, workspace: &WorkspaceId, session_id: &str) -> Arc<Notify> {
        Arc::clone(lock(&self.sessions).entry((workspace.clone(), session_id.to_owned())).or_default())
    }

    /// Rings for everybody who waits at the session's bell.
    pub(super) fn ring(&self, workspace: &WorkspaceId, session_id: &str) {
        let mut sessions = lock(&self.sessions);
        if sessions.is_empty() {
            return;
        }
        let key = (workspace.clone(), session_id.to_owned());
        let Some(bell) = sessions.get(&key) else { return };
        bell.notify_waiters();
        if Arc::strong_count(bell) == 1 {
            sessions.remove(&key);
        }
    }
}
