//! What is remembered of a transaction while it runs.

use std::cell::{Cell, RefCell};

use super::pending_audit::PendingAudit;
use super::pending_event::PendingEvent;
use super::signals::{Signal, SignalSet};

/// What is remembered of a transaction while it runs.
#[derive(Default)]
pub(super) struct Notes {
    /// Whether a statement has failed.
    pub(super) failed: Cell<bool>,
    signals: Cell<SignalSet>,
    events: RefCell<Vec<PendingEvent>>,
    audits: RefCell<Vec<PendingAudit>>,
}

impl Notes {
    /// What the commit announces.
    pub(super) const fn signals(&self) -> SignalSet {
        self.signals.get()
    }

    /// The commit announces `signal` too.
    pub(super) fn announce(&self, signal: Signal) {
        self.signals.set(self.signals.get().with(signal));
    }

    /// The commit writes `event` too.
    pub(super) fn add_event(&self, event: PendingEvent) {
        self.events.borrow_mut().push(event);
    }

    /// The events that the commit is to write, which are not noted any more.
    pub(super) fn take_events(&self) -> Vec<PendingEvent> {
        self.events.take()
    }

    /// The commit writes `entry` to the audit too.
    pub(super) fn add_audit(&self, entry: PendingAudit) {
        self.audits.borrow_mut().push(entry);
    }

    /// The entries that the commit is to write to the audit, which are not noted any more.
    pub(super) fn take_audits(&self) -> Vec<PendingAudit> {
        self.audits.take()
    }
}
