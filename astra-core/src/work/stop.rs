//! The wish that a running job stops, and why.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

/// Why a job is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It is not.
    No,
    Cancelled,
    LeaseLost,
    /// The gateway ends.
    Closing,
}

/// The wish that one attempt of a job stops.
#[derive(Debug, Default)]
pub(super) struct StopSignal {
    token: CancellationToken,
    why: AtomicU8,
    /// Whether the job has asked for this, and ends by itself.
    is_watched: AtomicBool,
}

const ALL: [Stop; 4] = [Stop::No, Stop::Cancelled, Stop::LeaseLost, Stop::Closing];

impl StopSignal {
    /// Asks the job to stop. The reason that comes last counts: a job that another worker has is not this one's any more.
    pub(super) fn stop(&self, why: Stop) {
        let place = ALL.iter().position(|reason| *reason == why).and_then(|place| u8::try_from(place).ok());
        self.why.store(place.unwrap_or(0), Ordering::Release);
        self.token.cancel();
    }

    pub(super) fn why(&self) -> Stop {
        ALL.get(usize::from(self.why.load(Ordering::Acquire))).copied().unwrap_or(Stop::No)
    }

    /// Waits until the job is asked to stop.
    pub(super) fn asked(&self) -> WaitForCancellationFuture<'_> {
        self.token.cancelled()
    }

    /// Notes that the job ends by itself when it is asked to.
    pub(super) fn watch(&self) {
        self.is_watched.store(true, Ordering::Release);
    }

    pub(super) fn is_watched(&self) -> bool {
        self.is_watched.load(Ordering::Acquire)
    }
}
