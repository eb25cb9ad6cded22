//! A task that lasts: how it is getting on, and when that is a fault.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::tasks::{OnFailure, TaskKind};

/// The wait before a task begins again, which doubles with each failure in a row, ...
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// ... up to this. A task that ran for as long has recovered.
pub(super) const LAST_WAIT: Duration = Duration::from_secs(60);
/// So many failures in a row are no chance.
const FAILURES_IN_A_ROW: u32 = 3;
/// How long a round of periodic work may take before it counts as late.
const ROUND_PATIENCE: Duration = Duration::from_secs(60);

/// A task that lasts.
pub(super) struct Task {
    kind: TaskKind,
    /// The time between the ends of two rounds, but for the time of the round itself.
    every: Option<Duration>,
    progress: Mutex<Progress>,
}

/// How a task is getting on.
struct Progress {
    state: TaskState,
    /// When its last round ended, or it began.
    last_at: Instant,
    rounds: u64,
    failures: u64,
    failures_in_a_row: u32,
}

/// What a task does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// It works, or waits for work.
    Running,
    /// It has failed and begins again in a moment.
    Restarting,
    /// It has done what it had to do, or was cancelled.
    Ended,
    /// It has failed and does not begin again.
    Dead,
}

/// A task that does not do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskFault {
    /// It does not run any more.
    Dead(&'static str),
    /// It has failed so many times in a row.
    Failing(&'static str, u32),
    /// Its last round should have ended long ago.
    Late(&'static str),
}

/// A task in statistics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStatus {
    /// The name of its kind.
    pub name: &'static str,
    /// What it does.
    pub state: TaskState,
    /// Rounds of periodic work that have ended well.
    pub rounds: u64,
    /// How many times it has failed.
    pub failures: u64,
}

impl Task {
    /// A task that begins, with the time between two rounds if it has some.
    pub(super) fn new(kind: TaskKind, every: Option<Duration>) -> Self {
        let (state, last_at) = (TaskState::Running, Instant::now());
        let progress = Progress { state, last_at, rounds: 0, failures: 0, failures_in_a_row: 0 };
        Self { kind, every, progress: Mutex::new(progress) }
    }

    /// It works again after a failure.
    pub(super) fn begin(&self) {
        self.progress().state = TaskState::Running;
    }

    pub(super) fn end(&self, state: TaskState) {
        self.progress().state = state;
    }

    /// A round has ended well.
    pub(super) fn note_round(&self) {
        let mut progress = self.progress();
        progress.rounds += 1;
        progress.failures_in_a_row = 0;
        (progress.state, progress.last_at) = (TaskState::Running, Instant::now());
    }

    /// It ran for so long that what failed before is over.
    pub(super) fn recover(&self) {
        self.progress().failures_in_a_row = 0;
    }

    /// Logs a failure; answers the wait before it begins again, if it does.
    pub(super) fn fail(&self, failure: &str) -> Option<Duration> {
        let mut progress = self.progress();
        progress.failures += 1;
        progress.failures_in_a_row += 1;
        progress.last_at = Instant::now();
        let (name, in_a_row) = (self.kind.name, progress.failures_in_a_row);
        match self.kind.on_failure {
            OnFailure::Restart => {
                progress.state = TaskState::Restarting;
                tracing::warn!(task.kind = name, error = failure, "a task failed; trying again");
                Some((FIRST_WAIT * 2_u32.saturating_pow(in_a_row.min(7) - 1)).min(LAST_WAIT))
            }
            OnFailure::End => {
                progress.state = TaskState::Dead;
                tracing::error!(task.kind = name, error = failure, "a task failed, and is over");
                None
            }
        }
    }

    /// What is wrong with it, if it is.
    pub(super) fn fault(&self) -> Option<TaskFault> {
        let progress = self.progress();
        let name = self.kind.name;
        let is_late = |every: Duration| progress.last_at.elapsed() > every + ROUND_PATIENCE;
        match progress.state {
            TaskState::Ended => None,
            TaskState::Dead => Some(TaskFault::Dead(name)),
            _ if progress.failures_in_a_row >= FAILURES_IN_A_ROW => {
                Some(TaskFault::Failing(name, progress.failures_in_a_row))
            }
            TaskState::Running | TaskState::Restarting => {
                self.every.is_some_and(is_late).then_some(TaskFault::Late(name))
            }
        }
    }

    /// It in statistics.
    pub(super) fn status(&self) -> TaskStatus {
        let progress = self.progress();
        TaskStatus { name: self.kind.name, state: progress.state, rounds: progress.rounds, failures: progress.failures }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        // A panic elsewhere leaves the value whole: each change is one assignment.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for TaskFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dead(name) => write!(formatter, "The background task `{name}` has ended by a failure."),
            Self::Failing(name, times) => {
                write!(formatter, "The background task `{name}` has failed {times} times in a row.")
            }
            Self::Late(name) => write!(formatter, "The background task `{name}` is late."),
        }
    }
}
