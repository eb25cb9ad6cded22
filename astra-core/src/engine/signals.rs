//! Those who wait for something to happen in a session, and what notifies them: the turns of this gateway, and one question
//! to the store for all of them where other gateways work on it too.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::ids::SessionId;
use crate::store::WorkspaceId;

pub(super) type Key = (WorkspaceId, SessionId);
type Kept = Arc<Mutex<HashMap<Key, Entry>>>;

/// A signal, and how many hold it.
struct Entry {
    signal: Arc<Signal>,
    listeners: usize,
}

/// The sessions that are waited for.
#[derive(Default)]
pub(super) struct Signals {
    kept: Kept,
}

/// What is notified when a turn of the session begins or ends, or the session is deleted.
pub(super) struct Signal {
    notify: Notify,
    is_deleted: AtomicBool,
    /// The number of the newest turn when the store was last asked; -1 before that.
    newest: AtomicI64,
}

/// A hold on a session's signal, which is kept for as long as there is one.
pub(super) struct Listener {
    kept: Kept,
    key: Key,
    signal: Arc<Signal>,
}

fn lock(kept: &Kept) -> MutexGuard<'_, HashMap<Key, Entry>> {
    // A panic elsewhere leaves the map whole: each change is one operation.
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Signal {
    fn new() -> Self {
        Self { notify: Notify::new(), is_deleted: AtomicBool::new(false), newest: AtomicI64::new(-1) }
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.is_deleted.load(Ordering::Acquire)
    }

    /// The wait for the next notification.
    pub(super) fn notified(&self) -> tokio::sync::futures::Notified<'_> {
        self.notify.notified()
    }

    /// Takes note of what the store says of the session: its turns, or that it is not there.
    pub(super) fn observe(&self, newest: Option<i64>) {
        let is_news = match newest {
            Some(number) => self.newest.swap(number, Ordering::AcqRel) != number,
            None => !self.is_deleted.swap(true, Ordering::AcqRel),
        };
        if is_news {
            self.notify.notify_waiters();
        }
    }
}

impl Deref for Listener {
    type Target = Signal;

    fn deref(&self) -> &Signal {
        &self.signal
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut kept = lock(&self.kept);
        let Some(entry) = kept.get_mut(&self.key) else { return };
        entry.listeners -= 1;
        if entry.listeners == 0 {
            kept.remove(&self.key);
        }
    }
}

impl Signals {
    /// A hold on the session's signal.
    #[must_use]
    pub(super) fn listen(&self, workspace: &WorkspaceId, session_id: SessionId) -> Listener {
        let key = (workspace.clone(), session_id);
        let mut kept = lock(&self.kept);
        let fresh = || Entry { signal: Arc::new(Signal::new()), listeners: 0 };
        let entry = kept.entry(key.clone()).or_insert_with(fresh);
        entry.listeners += 1;
        let signal = Arc::clone(&entry.signal);
        drop(kept);
        Listener { kept: Arc::clone(&self.kept), key, signal }
    }

    /// Notifies all who wait for the session.
    pub(super) fn notify(&self, workspace: &WorkspaceId, session_id: SessionId) {
        if let Some(signal) = self.get(workspace, session_id) {
            signal.notify.notify_waiters();
        }
    }

    /// Tells all who wait for the session that it is deleted.
    pub(super) fn delete(&self, workspace: &WorkspaceId, session_id: SessionId) {
        if let Some(signal) = self.get(workspace, session_id) {
            signal.observe(None);
        }
    }

    /// The session's signal, if there is a wait for it.
    pub(super) fn get(&self, workspace: &WorkspaceId, session_id: SessionId) -> Option<Arc<Signal>> {
        let kept = lock(&self.kept);
        if kept.is_empty() {
            return None;
        }
        kept.get(&(workspace.clone(), session_id)).map(|entry| Arc::clone(&entry.signal))
    }

    /// The sessions that are waited for.
    pub(super) fn all(&self) -> Vec<Key> {
        lock(&self.kept).keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_signal_is_kept_as_long_as_somebody_listens() {
        let (signals, workspace) = (Signals::default(), WorkspaceId::new(1, "wsp_a"));
        let one = signals.listen(&workspace, SessionId::from_key(1));
        let two = signals.listen(&workspace, SessionId::from_key(1));
        let other = signals.listen(&workspace, SessionId::from_key(2));
        signals.notify(&workspace, SessionId::from_key(1));
        drop(one);
        assert_eq!(signals.all().len(), 2);
        drop((two, other));
        assert!(signals.all().is_empty());
        signals.notify(&workspace, SessionId::from_key(1));
        assert!(signals.all().is_empty());
    }

    #[tokio::test]
    async fn what_the_store_says_is_news_once() {
        let (signals, workspace) = (Signals::default(), WorkspaceId::new(1, "wsp_a"));
        let listener = signals.listen(&workspace, SessionId::from_key(1));
        for (count, is_news) in [(Some(3), true), (Some(3), false), (Some(4), true), (None, true), (None, false)] {
            let mut notified = std::pin::pin!(listener.notified());
            notified.as_mut().enable();
            listener.observe(count);
            let waited = tokio::time::timeout(Duration::from_millis(if is_news { 5_000 } else { 10 }), notified).await;
            assert_eq!(waited.is_ok(), is_news, "{count:?}");
        }
        assert!(listener.is_deleted());
    }
}
