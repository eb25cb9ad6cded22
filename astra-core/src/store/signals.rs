//! What a commit announces beyond its rows, and who is notified of it: in this process, and in the other gateways on the same
//! PostgreSQL.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

macro_rules! signals {
    ($($(#[$text:meta])* $name:ident = $channel:literal,)+) => {
        /// What a commit announces.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Signal {
            $($(#[$text])* $name,)+
        }

        impl Signal {
            /// All of them, in their order.
            pub(super) const ALL: &[Self] = &[$(Self::$name,)+];

            /// The channel of PostgreSQL on which gateways announce it to each other.
            #[cfg(feature = "postgres")]
            pub(super) const fn channel(self) -> &'static str {
                match self {
                    $(Self::$name => $channel,)+
                }
            }
        }
    };
}

signals! {
    /// Credentials have ended: the epoch of all credentials has grown.
    Credentials = "astra_auth",
    /// A job waits that did not wait before.
    Jobs = "astra_jobs",
    /// An MCP server was connected or disconnected.
    McpServers = "astra_mcp_servers",
    /// The log of events has grown.
    Events = "astra_events",
    /// Another workspace has readers of its events, or one has none any more.
    EventReaders = "astra_event_readers",
    /// A delivery waits that did not wait before.
    Deliveries = "astra_deliveries",
    /// A schedule was made or changed, one of its runs waits, or no gateway leads.
    Schedules = "astra_schedules",
    /// A workspace was deleted.
    Workspaces = "astra_workspaces",
}

/// Several signals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SignalSet(u32);

impl SignalSet {
    const fn bit(signal: Signal) -> u32 {
        1 << signal as u32
    }

    /// The same signals and `signal`.
    pub(super) const fn with(self, signal: Signal) -> Self {
        Self(self.0 | Self::bit(signal))
    }

    /// Whether `signal` is one of them.
    pub(super) const fn has(self, signal: Signal) -> bool {
        self.0 & Self::bit(signal) != 0
    }

    /// Whether there are none.
    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them once.
    pub(super) fn iter(self) -> impl Iterator<Item = Signal> {
        Signal::ALL.iter().copied().filter(move |signal| self.has(*signal))
    }
}

/// Those who wait for signals. Each has a permit of its own: a signal that comes while one of them is busy is not lost to it.
#[derive(Default)]
pub(super) struct Listeners(Mutex<Vec<(Signal, Weak<Notify>)>>);

impl Listeners {
    /// What is notified of `signal` from now on.
    pub(super) fn listen(&self, signal: Signal) -> Arc<Notify> {
        let listener = Arc::<Notify>::default();
        let mut kept = self.kept();
        kept.retain(|(_, other)| other.strong_count() > 0);
        kept.push((signal, Arc::downgrade(&listener)));
        listener
    }

    /// Notifies those who wait for `signal`.
    pub(super) fn notify(&self, signal: Signal) {
        let kept = self.kept();
        let waiting = kept.iter().filter(|(other, _)| *other == signal).filter_map(|(_, listener)| listener.upgrade());
        waiting.for_each(|listener| listener.notify_one());
    }

    /// Notifies those who wait for any of `signals`.
    pub(super) fn notify_all(&self, signals: SignalSet) {
        signals.iter().for_each(|signal| self.notify(signal));
    }

    fn kept(&self) -> MutexGuard<'_, Vec<(Signal, Weak<Notify>)>> {
        // A panic elsewhere leaves the list whole: each change is one operation.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let set = SignalSet::default().with(Signal::Jobs).with(Signal::Events).with(Signal::Jobs);
        assert_eq!(set.iter().collect::<Vec<_>>(), [Signal::Jobs, Signal::Events]);
        assert!(SignalSet::default().is_empty() && !set.is_empty());
    }

    #[test]
    fn each_listener_is_notified_once_of_its_own_signal() {
        let listeners = Listeners::default();
        let (jobs, also_jobs, events) =
            (listeners.listen(Signal::Jobs), listeners.listen(Signal::Jobs), listeners.listen(Signal::Events));
        listeners.notify_all(SignalSet::default().with(Signal::Jobs));
        listeners.notify(Signal::Jobs);
        let is_notified = |listener: &Arc<Notify>| listener.notified().now_or_never().is_some();
        assert_eq!([&jobs, &also_jobs, &events].map(is_notified), [true, true, false]);
        assert_eq!([&jobs, &also_jobs, &events].map(is_notified), [false, false, false]);
    }

    #[test]
    fn listeners_that_have_gone_are_forgotten() {
        let listeners = Listeners::default();
        (0..100).for_each(|_| drop(listeners.listen(Signal::Jobs)));
        let last = listeners.listen(Signal::Jobs);
        assert_eq!(listeners.kept().len(), 1);
        drop(last);
    }
}
