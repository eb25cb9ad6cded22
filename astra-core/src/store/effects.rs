//! What a transaction does beyond its rows: who has to learn of it once it is committed.

use std::cell::Cell;

use super::db::Tx;
use super::error::Result;
#[cfg(feature = "postgres")]
use crate::params;

/// What is remembered of a transaction while it runs.
#[derive(Default)]
pub(super) struct Notes {
    /// Whether a statement has failed.
    pub(super) failed: Cell<bool>,
    effects: Cell<Effects>,
}

/// What a transaction does beyond its rows, once it is committed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Effects {
    /// Credentials have ended.
    pub(super) ended_credentials: bool,
    /// Jobs wait that did not wait before.
    pub(super) changed_jobs: bool,
}

impl Notes {
    /// What happens with the commit.
    pub(super) const fn effects(&self) -> Effects {
        self.effects.get()
    }
}

impl Tx<'_> {
    /// Notes for the runner of the transaction that it ends credentials.
    pub(super) fn note_ended_credentials(&self) {
        self.notes.effects.set(Effects { ended_credentials: true, ..self.notes.effects() });
    }

    /// Wakes the workers of this gateway and of all others with the commit.
    pub(super) fn note_jobs(&mut self) -> Result<()> {
        self.notes.effects.set(Effects { changed_jobs: true, ..self.notes.effects() });
        #[cfg(feature = "postgres")]
        if self.is_shared() {
            self.unscoped().query("SELECT CAST(pg_notify($1, '') AS TEXT)", params![super::epoch::JOBS_CHANNEL])?;
        }
        Ok(())
    }
}
