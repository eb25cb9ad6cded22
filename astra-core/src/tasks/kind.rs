//! What a kind of task is called, and what cancelling and failing mean for it. A kind is a constant of the file that has
//! the work.

/// A kind of task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskKind {
    /// The name in the log, in the health and in statistics, such as `usage_rollup`.
    pub name: &'static str,
    /// What happens to it when the gateway stops.
    pub on_cancel: OnCancel,
    /// What happens after it has failed.
    pub on_failure: OnFailure,
}

/// What cancelling a task means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCancel {
    /// It comes to its end, or to the end of its round, and is waited for.
    Wait,
    /// It ends at its next wait, wherever that is.
    Abort,
}

/// What the failure of a task means, by a panic or by an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// It is logged, and the task begins again.
    Restart,
    /// It is logged, and the task is over.
    End,
}

impl TaskKind {
    /// A task that begins again after a failure and is waited for.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, on_cancel: OnCancel::Wait, on_failure: OnFailure::Restart }
    }

    /// The same kind, which ends at once when it is cancelled.
    #[must_use]
    pub const fn aborted(self) -> Self {
        Self { on_cancel: OnCancel::Abort, ..self }
    }

    /// The same kind, which is over after a failure.
    #[must_use]
    pub const fn once(self) -> Self {
        Self { on_failure: OnFailure::End, ..self }
    }
}
