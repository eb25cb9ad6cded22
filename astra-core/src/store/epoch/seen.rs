//! The last epoch that was read, and whether that still counts.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// An epoch that was read a moment ago.
pub(in crate::store) struct Seen {
    fresh: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    epoch: i64,
    read_at: Option<Instant>,
    /// Counts this process's own endings, so that a read that began before one does not hide it.
    endings: u64,
}

/// A read that has begun.
pub(in crate::store) struct Reading {
    began_at: Instant,
    endings: u64,
}

impl Seen {
    /// Nothing yet; what is read counts for the time `fresh` from when its read began.
    pub(in crate::store) const fn new(fresh: Duration) -> Self {
        Self { fresh, state: Mutex::new(State { epoch: 0, read_at: None, endings: 0 }) }
    }

    /// The epoch, if what was read still counts.
    pub(in crate::store) fn known(&self) -> Option<i64> {
        let state = self.lock();
        state.read_at.filter(|at| at.elapsed() < self.fresh).map(|_| state.epoch)
    }

    /// To be called before the epoch is read.
    pub(in crate::store) fn begin(&self) -> Reading {
        Reading { began_at: Instant::now(), endings: self.lock().endings }
    }

    /// Takes note of what was read.
    pub(in crate::store) fn keep(&self, reading: &Reading, epoch: i64) {
        let mut state = self.lock();
        if state.endings == reading.endings {
            state.epoch = epoch;
            state.read_at = Some(reading.began_at);
        }
    }

    /// This process itself has let the epoch grow: what was read before does not count any more.
    pub(in crate::store) fn note_ending(&self) {
        let mut state = self.lock();
        state.endings += 1;
        state.read_at = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_that_began_before_an_ending_does_not_count() {
        let seen = Seen::new(Duration::from_secs(3600));
        let reading = seen.begin();
        seen.keep(&reading, 1);
        assert_eq!(seen.known(), Some(1));
        let reading = seen.begin();
        seen.note_ending();
        seen.keep(&reading, 1);
        assert_eq!(seen.known(), None);
        seen.keep(&seen.begin(), 2);
        assert_eq!(seen.known(), Some(2));
    }

    #[test]
    fn a_read_counts_for_a_while() {
        let seen = Seen::new(Duration::ZERO);
        seen.keep(&seen.begin(), 1);
        assert_eq!(seen.known(), None);
    }
}
