//! What a transaction is about to do, and what it means that a row is there already: the backends act on both.

use super::error::Error;

/// What a closure is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Reads one state.
    Read,
    /// Reads one state, and may take long: as much as a list or a report does.
    List,
    /// Reads by one statement. SQLite does that without a mode.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "of PostgreSQL alone"))]
    Look,
    /// Reads and writes, serialisably.
    Write,
    /// Reads and writes, and locks the rows that it relies on itself.
    Lock,
    /// As `Lock`, in a few short statements of few rows each, as turns do.
    Turn,
    /// Takes a lock first, and must see what the lock's holder before it wrote.
    Migrate,
}

impl Mode {
    /// Whether it only reads.
    pub(super) const fn reads(self) -> bool {
        matches!(self, Self::Read | Self::List | Self::Look)
    }
}

/// What it means that a row of the same key is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnDouble {
    /// [`Error::Unique`].
    Fails,
    /// Another transaction was faster, and this one is to run again: [`Error::Retry`].
    RunsAgain,
}

impl OnDouble {
    pub(super) fn translate(self, fault: Error) -> Error {
        match fault {
            Error::Unique(text) if self == Self::RunsAgain => Error::Retry(text),
            fault => fault,
        }
    }
}
