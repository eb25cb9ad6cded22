//! Why a channel is not made, not changed, or does not do what it is asked.

use std::fmt;

use super::check::ChannelFault;
use crate::auth::MasterKeyError;
use crate::store::{self, ChannelRefusal, Refusal};

/// Most channels of a workspace.
pub const CHANNELS_MAX: u32 = 50;

/// Why a channel is not made, not changed, or does not do what it is asked.
#[derive(Debug)]
pub enum ChannelError {
    /// What is said of it cannot work.
    Faults(Vec<ChannelFault>),
    /// Its secrets were sealed with another master key.
    OtherKey,
    /// This gateway has no platform of its kind.
    NoPlatform(String),
    /// The store refuses it.
    Refused(ChannelRefusal),
    /// It cannot be sealed.
    Sealing(MasterKeyError),
    /// The store's.
    Store(store::Error),
}

impl From<store::Error> for ChannelError {
    fn from(fault: store::Error) -> Self {
        match fault {
            store::Error::Refused(Refusal::Channel(refusal)) => Self::Refused(refusal),
            fault => Self::Store(fault),
        }
    }
}

impl fmt::Display for ChannelError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Faults(_) => formatter.write_str("The channel is not valid."),
            Self::OtherKey => formatter.write_str(
                "The channel's secrets were sealed with another master key: delete the channel and create it again.",
            ),
            Self::NoPlatform(kind) => write!(formatter, "This gateway has no platform {kind}."),
            Self::Refused(ChannelRefusal::TooMany) => {
                write!(formatter, "The workspace has {CHANNELS_MAX} channels: delete one of them.")
            }
            Self::Sealing(fault) => write!(formatter, "the secrets cannot be sealed: {fault}"),
            Self::Store(fault) => fault.fmt(formatter),
        }
    }
}

impl std::error::Error for ChannelError {}
