//! Why a workspace is not moved.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::store;

/// Why a workspace is not moved. Nothing of it is in the other store then.
#[derive(Debug)]
pub enum TransferError {
    /// The file cannot be read or written.
    File(PathBuf, io::Error),
    /// A line of the file, counted from 1, is not what it must be.
    Line(u64, String),
    /// There is no workspace of this id.
    NoWorkspace(String),
    /// The workspace is there already.
    Present(String),
    /// The file has secrets that the master key of this store does not open.
    OtherKey,
    /// The store's.
    Store(store::Error),
}

impl fmt::Display for TransferError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, fault) => write!(formatter, "{}: {fault}", path.display()),
            Self::Line(number, fault) => write!(formatter, "line {number} of the file {fault}"),
            Self::NoWorkspace(id) => write!(formatter, "there is no workspace {id}"),
            Self::Present(id) => write!(formatter, "the workspace {id} is in this store already"),
            Self::OtherKey => formatter
                .write_str("the workspace has secrets that are sealed with another master key than that of this store"),
            Self::Store(fault) => fault.fmt(formatter),
        }
    }
}

impl std::error::Error for TransferError {}

impl From<store::Error> for TransferError {
    fn from(fault: store::Error) -> Self {
        Self::Store(fault)
    }
}
