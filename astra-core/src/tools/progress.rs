//! How far the call of a tool has got, from the tool to who waits for its result.

use tokio::sync::mpsc::{Receiver, Sender, channel};

/// So many reports may wait for a reader; more are dropped.
const WAITING_MAX: usize = 16;

/// How far a call has got.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolProgress {
    /// How much is done.
    pub done: f64,
    /// Of how much, if that is known.
    pub total: Option<f64>,
    /// In words, for people.
    pub message: String,
}

/// Takes the reports of one call.
#[derive(Debug, Clone)]
pub struct ProgressSender(Sender<ToolProgress>);

/// The two ends of the reports of one call.
#[must_use]
pub fn progress_channel() -> (ProgressSender, Receiver<ToolProgress>) {
    let (sender, receiver) = channel(WAITING_MAX);
    (ProgressSender(sender), receiver)
}

impl ProgressSender {
    /// Hands a report on, if there is room.
    pub(super) fn send(&self, report: ToolProgress) {
        // A reader that is gone or slow misses it.
        let _missed = self.0.try_send(report);
    }
}
