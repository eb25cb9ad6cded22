//! Short tasks of one kind: counted, and waited for or aborted together. To start one costs no lock, and no memory but the
//! task's own.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::kind::{OnCancel, TaskKind};

/// The tasks of one kind. Clones are the same group.
#[derive(Clone)]
pub struct TaskGroup(Arc<Group>);

struct Group {
    kind: TaskKind,
    running: AtomicUsize,
    failures: AtomicU64,
    idle: Notify,
    cancelled: CancellationToken,
}

/// Counts a task for as long as it runs.
struct Running(Arc<Group>);

impl TaskGroup {
    /// A group without a task.
    #[must_use]
    pub fn new(kind: TaskKind) -> Self {
        let (running, failures) = (AtomicUsize::new(0), AtomicU64::new(0));
        Self(Arc::new(Group { kind, running, failures, idle: Notify::new(), cancelled: CancellationToken::new() }))
    }

    /// Runs `task` beside its caller. Its end answers `None` if the group was cancelled before.
    #[expect(
        clippy::disallowed_methods,
        reason = "a group counts what it starts, and the supervisor includes the group"
    )]
    pub fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> JoinHandle<Option<T>> {
        let running = Running::new(&self.0);
        tokio::spawn(async move {
            match running.0.kind.on_cancel {
                OnCancel::Wait => Some(task.await),
                OnCancel::Abort => running.0.cancelled.run_until_cancelled(task).await,
            }
        })
    }

    /// Of which kind its tasks are.
    #[must_use]
    pub fn kind(&self) -> TaskKind {
        self.0.kind
    }

    /// How many of its tasks run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.0.running.load(Ordering::Acquire)
    }

    /// How many of its tasks have panicked.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.0.failures.load(Ordering::Relaxed)
    }

    /// Ends its tasks if their kind is to be aborted.
    pub fn cancel(&self) {
        self.0.cancelled.cancel();
    }

    /// Waits until none of its tasks runs.
    pub async fn wait(&self) {
        loop {
            let mut idle = pin!(self.0.idle.notified());
            idle.as_mut().enable();
            if self.running() == 0 {
                return;
            }
            idle.await;
        }
    }
}

impl fmt::Debug for TaskGroup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TaskGroup({})", self.0.kind.name)
    }
}

impl Running {
    fn new(group: &Arc<Group>) -> Self {
        group.running.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(group))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.failures.fetch_add(1, Ordering::Relaxed);
            tracing::error!(task.kind = self.0.kind.name, "a task panicked");
        }
        if self.0.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_group_is_waited_for_and_counts_what_panicked() {
        let group = TaskGroup::new(TaskKind::new("test.wait"));
        group.wait().await;
        let long = group.spawn(tokio::time::sleep(Duration::from_secs(60)));
        let bad = group.spawn(async { panic!("a defect") });
        assert_eq!(group.running(), 2);
        group.cancel();
        group.wait().await;
        assert_eq!((group.running(), group.failures()), (0, 1));
        assert_eq!(long.await.unwrap(), Some(()));
        assert!(bad.await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_to_be_aborted_ends_at_its_next_wait() {
        let group = TaskGroup::new(TaskKind::new("test.abort").aborted());
        let endless = group.spawn(std::future::pending::<()>());
        group.cancel();
        group.wait().await;
        assert_eq!(endless.await.unwrap(), None);
        assert_eq!(group.spawn(std::future::pending::<()>()).await.unwrap(), None, "it is cancelled");
    }
}
