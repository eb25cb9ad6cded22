//! Why a gateway does not open.

use std::fmt;
use std::io;

use crate::auth::MasterKeyError;
use crate::config::Fault;
use crate::store;

/// Why a gateway did not open or could not go on.
#[derive(Debug)]
pub enum StartError {
    /// The configuration is not good; all of its faults.
    Config(Vec<Fault>),
    /// The host's own operations are not good; all of their faults.
    Routes(Vec<String>),
    /// The data folder cannot be made or written.
    DataFolder(std::path::PathBuf, io::Error),
    /// Another gateway serves this data folder.
    FolderInUse(std::path::PathBuf),
    /// There is no usable master key.
    MasterKey(MasterKeyError),
    /// The store cannot be opened or migrated.
    Store(store::Error),
    /// The address cannot be listened on.
    Listen(std::net::SocketAddr, io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(faults) => {
                write!(formatter, "the configuration is not good:")?;
                faults.iter().try_for_each(|fault| write!(formatter, "\n  {}: {}", fault.key, fault.detail))
            }
            Self::Routes(faults) => {
                write!(formatter, "the operations are not good:")?;
                faults.iter().try_for_each(|fault| write!(formatter, "\n  {fault}"))
            }
            Self::DataFolder(path, fault) => {
                write!(formatter, "cannot use the data folder {}: {fault}", path.display())
            }
            Self::FolderInUse(path) => write!(formatter, "another gateway serves the data folder {}", path.display()),
            Self::MasterKey(fault) => fault.fmt(formatter),
            Self::Store(fault) => write!(formatter, "the store cannot be opened: {fault}"),
            Self::Listen(address, fault) => write!(formatter, "cannot listen on {address}: {fault}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Config(_) | Self::Routes(_) | Self::FolderInUse(_) => None,
            Self::DataFolder(_, fault) | Self::Listen(_, fault) => Some(fault),
            Self::MasterKey(fault) => Some(fault),
            Self::Store(fault) => Some(fault),
        }
    }
}
