//! One of the workers of a gateway, in the hands of a job that runs.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The worker of a job, which it may give back for a while.
pub(super) struct WorkerSlot {
    workers: Arc<Semaphore>,
    held: Mutex<Option<OwnedSemaphorePermit>>,
}

impl WorkerSlot {
    pub(super) fn new(workers: &Arc<Semaphore>, held: Option<OwnedSemaphorePermit>) -> Self {
        Self { workers: Arc::clone(workers), held: Mutex::new(held) }
    }

    /// Gives the worker to other jobs for the time of `wait`, and takes one again after it.
    pub(super) async fn without<T>(&self, wait: impl Future<Output = T>) -> T {
        let held = self.put(None);
        let had_one = held.is_some();
        drop(held);
        let waited = wait.await;
        if had_one {
            // It is never closed.
            self.put(Arc::clone(&self.workers).acquire_owned().await.ok());
        }
        waited
    }

    fn put(&self, permit: Option<OwnedSemaphorePermit>) -> Option<OwnedSemaphorePermit> {
        std::mem::replace(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner), permit)
    }
}
