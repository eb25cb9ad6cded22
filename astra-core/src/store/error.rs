//! What can go wrong in the store, in words that both backends share.

use std::fmt;

/// A result of the store.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of the store. Absence is no failure: look-ups answer `Option`.
#[derive(Debug)]
pub enum Error {
    /// A row with this key is already there.
    Unique(String),
    /// A row that this one refers to is not there.
    Missing(String),
    /// Another transaction was in the way; the same one may succeed when it is run again.
    Retry(String),
    /// The disk is full or the store may not grow.
    Full(String),
    /// The store cannot be reached.
    Unavailable(String),
    /// The store was lost while it took the change: whether that took place is not known.
    Uncertain(String),
    /// The store's schema, its content, or what the configuration says of it is not what this version can use; the text
    /// says what to do.
    Incompatible(String),
    /// The caller's precondition does not hold: what it is, for the caller of the method.
    Refused(Refusal),
    /// Anything else: a defect in a statement, a damaged file.
    Broken(String),
}

/// Why a write did not take place although the store is well. Each method's documentation names the ones it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// What the method was to change is not there.
    NotFound,
    /// The row changed since the caller read it (`If-Match` lost).
    Stale,
    /// The row is in a state that forbids this.
    State(&'static str),
    /// A text holds a NUL (U+0000), which PostgreSQL has in no text: nothing that is kept has one, nor is found by one.
    Nul,
    /// The idempotency key was used before with another request.
    KeyReused,
    /// The request of this idempotency key is still running.
    KeyBusy,
}

impl Error {
    /// A failure that no caller can mend.
    pub(crate) fn broken(message: impl fmt::Display) -> Self {
        Self::Broken(message.to_string())
    }

    /// The method's subject is not there.
    pub(crate) const fn not_found() -> Self {
        Self::Refused(Refusal::NotFound)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unique(what) => write!(formatter, "already exists: {what}"),
            Self::Missing(what) => write!(formatter, "refers to what does not exist: {what}"),
            Self::Retry(what) => write!(formatter, "another transaction was in the way: {what}"),
            Self::Full(what) => write!(formatter, "the store is full: {what}"),
            Self::Unavailable(what) => write!(formatter, "the store cannot be reached: {what}"),
            Self::Uncertain(what) => {
                write!(formatter, "the store was lost in the middle of a change, which may have taken place: {what}")
            }
            Self::Incompatible(what) | Self::Broken(what) => formatter.write_str(what),
            Self::Refused(refusal) => write!(formatter, "refused: {refusal:?}"),
        }
    }
}

impl std::error::Error for Error {}
