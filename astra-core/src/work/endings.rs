//! Jobs whose work is over and whose end is not written down yet: those that come together are written together.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::store::EndedJob;

/// A job whose work is over.
pub(super) struct Ending {
    pub(super) job: EndedJob,
    /// Since when its end is to be written down.
    pub(super) since: Instant,
    /// Dropped when it is, or when that is given up.
    written: oneshot::Sender<()>,
}

/// The jobs whose work is over.
#[derive(Default)]
pub(super) struct Endings {
    waiting: Mutex<Vec<Ending>>,
    arrived: Notify,
}

impl Endings {
    /// Waits until the end of `job` is written down, or that is given up.
    pub(super) async fn write(&self, job: EndedJob) {
        let (written, is_written) = oneshot::channel();
        self.waiting().push(Ending { job, since: Instant::now(), written });
        self.arrived.notify_one();
        let _ = is_written.await;
    }

    /// Waits until there may be one.
    pub(super) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Takes those that wait, at most `most` of them.
    pub(super) fn take(&self, most: usize) -> Vec<Ending> {
        let mut waiting = self.waiting();
        let count = waiting.len().min(most);
        waiting.drain(..count).collect()
    }

    /// Puts back what could not be written down.
    pub(super) fn put_back(&self, endings: Vec<Ending>) {
        self.waiting().splice(..0, endings);
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Ending>> {
        // A panic elsewhere leaves the list whole: each change is one operation.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ending {
    /// Lets those go on who wait for it to be written down.
    pub(super) fn settle(self) {
        let _ = self.written.send(());
    }
}
