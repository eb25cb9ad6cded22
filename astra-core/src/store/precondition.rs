//! Changes that take place only if the row is still as its writer has seen it.

use super::error::{Error, Refusal, Result};

/// One state of a row: both change with every write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// 1, 2, 3, ...
    pub version: u32,
    /// Milliseconds since the epoch.
    pub updated_at_ms: i64,
}

/// What the present state must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// Whatever it is.
    Any,
    /// One of these.
    OneOf(Vec<Revision>),
}

impl Precondition {
    /// Compares with the `present` state; to be called in the transaction that writes.
    ///
    /// # Errors
    /// [`Refusal::Stale`] if it does not hold.
    pub fn check(&self, present: Revision) -> Result<()> {
        match self {
            Self::OneOf(seen) if !seen.contains(&present) => Err(Error::Refused(Refusal::Stale)),
            Self::Any | Self::OneOf(_) => Ok(()),
        }
    }
}
