//! The owner of all that runs beside requests. What lasts is a task with a name, which is begun again after a failure and
//! shows in the health when it is dead or late; what is short is one of a group. The time is tokio's, which a test can hold.

use std::any::Any;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::task::{LAST_WAIT, Task, TaskFault, TaskState, TaskStatus};
use crate::tasks::{OnCancel, TaskGroup, TaskKind};

/// Owns the tasks of one gateway. They are cancelled when the last clone is dropped, so that no task may hold one.
#[derive(Clone)]
pub struct Supervisor(Arc<Owned>);

struct Owned {
    tasks: Mutex<Vec<Arc<Task>>>,
    groups: Mutex<Vec<TaskGroup>>,
    lasting: TaskGroup,
    cancelled: CancellationToken,
}

/// A group of short tasks in statistics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupStatus {
    /// The name of their kind.
    pub name: &'static str,
    /// How many run.
    pub running: usize,
    /// How many have panicked.
    pub failures: u64,
}

impl Default for Supervisor {
    fn default() -> Self {
        let lasting = TaskGroup::new(TaskKind::new("supervisor.lasting"));
        let cancelled = CancellationToken::new();
        Self(Arc::new(Owned { tasks: Mutex::default(), groups: Mutex::default(), lasting, cancelled }))
    }
}

impl Supervisor {
    /// A group of short tasks.
    #[must_use]
    pub fn group(&self, kind: TaskKind) -> TaskGroup {
        let group = TaskGroup::new(kind);
        self.include(&group);
        group
    }

    /// Takes over a group that was made elsewhere.
    pub fn include(&self, group: &TaskGroup) {
        lock(&self.0.groups).push(group.clone());
    }

    /// Runs what `start` makes until the gateway stops, and what it makes anew after each failure. It is called for the
    /// first time before this returns. A task that is waited for has to end when its token is cancelled.
    pub fn spawn<F, T, E>(&self, kind: TaskKind, start: F)
    where
        F: Fn(CancellationToken) -> T + Send + 'static,
        T: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + Send,
    {
        let (task, cancelled) = (self.register(kind, None), self.0.cancelled.clone());
        let first = start(cancelled.clone());
        let status = Arc::clone(&task);
        self.run(kind, status, async move {
            let mut attempt = first;
            loop {
                let begun = Instant::now();
                let Some(failure) = failure(attempt).await else { return task.end(TaskState::Ended) };
                if begun.elapsed() >= LAST_WAIT {
                    task.recover();
                }
                let Some(wait) = task.fail(&failure) else { return };
                if cancelled.run_until_cancelled(sleep(wait)).await.is_none() {
                    return task.end(TaskState::Ended);
                }
                task.begin();
                attempt = start(cancelled.clone());
            }
        });
    }

    pub(super) fn register(&self, kind: TaskKind, every: Option<Duration>) -> Arc<Task> {
        let task = Arc::new(Task::new(kind, every));
        lock(&self.0.tasks).push(Arc::clone(&task));
        task
    }

    /// Runs the work of `task` as its kind says.
    pub(super) fn run(&self, kind: TaskKind, task: Arc<Task>, work: impl Future<Output = ()> + Send + 'static) {
        let cancelled = self.0.cancelled.clone();
        match kind.on_cancel {
            OnCancel::Wait => drop(self.0.lasting.spawn(work)),
            OnCancel::Abort => drop(self.0.lasting.spawn(async move {
                if cancelled.run_until_cancelled(work).await.is_none() {
                    task.end(TaskState::Ended);
                }
            })),
        }
    }

    pub(super) fn token(&self) -> CancellationToken {
        self.0.cancelled.clone()
    }

    /// The tasks that do not do their work.
    #[must_use]
    pub fn faults(&self) -> Vec<TaskFault> {
        if self.0.cancelled.is_cancelled() {
            return Vec::new();
        }
        lock(&self.0.tasks).iter().filter_map(|task| task.fault()).collect()
    }

    /// All tasks that last, in the order in which they began.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskStatus> {
        lock(&self.0.tasks).iter().map(|task| task.status()).collect()
    }

    /// All groups of short tasks.
    #[must_use]
    pub fn groups(&self) -> Vec<GroupStatus> {
        let status = |group: &TaskGroup| GroupStatus {
            name: group.kind().name,
            running: group.running(),
            failures: group.failures(),
        };
        lock(&self.0.groups).iter().map(status).collect()
    }

    /// Cancels all tasks, and waits up to `limit` for those whose kind says so; whether all have ended.
    pub async fn shutdown(&self, limit: Duration) -> bool {
        self.0.cancel();
        let groups = lock(&self.0.groups).clone();
        let ended = async {
            self.0.lasting.wait().await;
            for group in groups {
                group.wait().await;
            }
        };
        timeout(limit, ended).await.is_ok()
    }
}

impl Owned {
    fn cancel(&self) {
        self.cancelled.cancel();
        lock(&self.groups).iter().for_each(TaskGroup::cancel);
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// Runs `work` to its end; answers why it failed, if it did.
pub(super) async fn failure<E: fmt::Display>(work: impl Future<Output = Result<(), E>>) -> Option<String> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Ok(())) => None,
        Ok(Err(fault)) => Some(fault.to_string()),
        Err(panic) => Some(panic_text(panic.as_ref())),
    }
}

/// What a panic says of itself.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it panicked: {}", text.unwrap_or("without a text"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves the value whole: each change is one assignment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const SERVICE: TaskKind = TaskKind::new("test.service");

    fn counter() -> Arc<AtomicU32> {
        Arc::default()
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_or_fails_begins_again_with_growing_waits() {
        let (supervisor, starts) = (Supervisor::default(), counter());
        let counted = Arc::clone(&starts);
        supervisor.spawn(SERVICE, move |_| {
            let start = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                match start {
                    0 => panic!("a defect"),
                    1 | 2 => Err("no luck"),
                    _ => std::future::pending().await,
                }
            }
        });
        let begun = Instant::now();
        sleep(Duration::from_millis(1_500)).await;
        assert_eq!((supervisor.faults(), starts.load(Ordering::SeqCst)), (Vec::new(), 2));
        while starts.load(Ordering::SeqCst) < 3 {
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(begun.elapsed().as_secs(), 3, "1 s and 2 s");
        sleep(Duration::from_secs(1)).await;
        assert_eq!(supervisor.faults(), [TaskFault::Failing("test.service", 3)]);
        let status = supervisor.tasks().remove(0);
        assert_eq!((status.state, status.failures), (TaskState::Restarting, 3));
        sleep(Duration::from_secs(4)).await;
        assert_eq!(supervisor.tasks()[0].state, TaskState::Running);
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_is_over_after_a_failure_is_dead() {
        let supervisor = Supervisor::default();
        supervisor.spawn(SERVICE.once(), |_| async { Err("no luck") });
        supervisor.spawn(TaskKind::new("test.done").once(), |_| async { Ok::<_, String>(()) });
        sleep(Duration::from_secs(600)).await;
        assert_eq!(supervisor.faults(), [TaskFault::Dead("test.service")]);
        let states: Vec<_> = supervisor.tasks().iter().map(|task| task.state).collect();
        assert_eq!(states, [TaskState::Dead, TaskState::Ended]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_shutdown_waits_for_some_and_aborts_the_others() {
        let (supervisor, ended) = (Supervisor::default(), counter());
        let counted = Arc::clone(&ended);
        supervisor.spawn(SERVICE, move |cancelled| {
            let counted = Arc::clone(&counted);
            async move {
                cancelled.cancelled().await;
                sleep(Duration::from_secs(2)).await;
                counted.fetch_add(1, Ordering::SeqCst);
                Ok::<_, String>(())
            }
        });
        supervisor.spawn(TaskKind::new("test.endless").aborted(), |_| std::future::pending::<Result<(), String>>());
        let group = supervisor.group(TaskKind::new("test.short"));
        drop(group.spawn(sleep(Duration::from_secs(3))));
        assert_eq!(supervisor.groups()[0].running, 1);
        let begun = Instant::now();
        assert!(supervisor.shutdown(Duration::from_secs(60)).await);
        assert_eq!((begun.elapsed().as_secs(), ended.load(Ordering::SeqCst)), (3, 1));
        assert!(supervisor.faults().is_empty(), "what was cancelled is not late");
        assert!(supervisor.tasks().iter().all(|task| task.state == TaskState::Ended), "{:?}", supervisor.tasks());
        supervisor.spawn(SERVICE, |_| std::future::pending::<Result<(), String>>());
        assert!(!supervisor.shutdown(Duration::from_secs(1)).await, "it does not end when it is cancelled");
    }

    #[tokio::test(start_paused = true)]
    async fn tasks_end_with_their_supervisor() {
        let (supervisor, ended) = (Supervisor::default(), CancellationToken::new());
        let guard = Arc::new(ended.clone().drop_guard());
        supervisor.spawn(SERVICE.aborted(), move |_| {
            let guard = Arc::clone(&guard);
            async move {
                std::future::pending::<()>().await;
                drop(guard);
                Ok::<_, String>(())
            }
        });
        drop(supervisor);
        timeout(Duration::from_secs(1), ended.cancelled()).await.unwrap();
    }
}
