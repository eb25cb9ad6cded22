//! How a call fails on its way.

use std::error::Error as StdError;
use std::{fmt, io};

use hyper_util::client::legacy;

/// A call that failed. What the machine says of it may repeat what the other side said.
#[derive(Debug, PartialEq, Eq)]
pub enum Error {
    /// TLS cannot be set up on this machine, and why.
    Setup(String),
    /// No connection came about, and why.
    Connect(String),
    /// The connection was silent for too long, and what the machine says of it.
    Timeout(String),
    /// The connection broke, or what came over it is no HTTP, and why.
    Broken(String),
    /// The answer is compressed by the coding of this name, which was not asked for and cannot be read.
    Coding(String),
    /// The answer is not compressed as it says.
    Corrupt,
    /// The compressed answer ended before it was complete.
    Truncated,
    /// The answer has more bytes than its caller takes.
    TooLarge,
    /// The answer has more than 64 MiB once it is decompressed.
    InflatedTooLarge,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setup(cause) => write!(formatter, "TLS cannot be set up: {cause}"),
            Self::Connect(cause) => write!(formatter, "the server cannot be reached: {cause}"),
            Self::Timeout(cause) => write!(formatter, "the server did not answer in time: {cause}"),
            Self::Broken(cause) => write!(formatter, "the connection broke: {cause}"),
            Self::Coding(name) => write!(formatter, "the answer is compressed by {name}, which was not asked for"),
            Self::Corrupt => formatter.write_str("the answer is not compressed as it says"),
            Self::Truncated => formatter.write_str("the answer ended before it was complete"),
            Self::TooLarge => formatter.write_str("the answer has more bytes than its caller takes"),
            Self::InflatedTooLarge => formatter.write_str("the decompressed answer has more than 64 MiB"),
        }
    }
}

impl StdError for Error {}

impl From<legacy::Error> for Error {
    fn from(fault: legacy::Error) -> Self {
        let cause = root_of(&fault);
        if fault.is_connect() {
            Self::Connect(cause)
        } else if is_timeout(&fault) {
            Self::Timeout(cause)
        } else {
            Self::Broken(cause)
        }
    }
}

impl From<hyper::Error> for Error {
    fn from(fault: hyper::Error) -> Self {
        let cause = root_of(&fault);
        if is_timeout(&fault) { Self::Timeout(cause) } else { Self::Broken(cause) }
    }
}

/// The innermost cause: those around it say that a request failed.
fn root_of(fault: &(dyn StdError + 'static)) -> String {
    let mut cause = fault;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

fn is_timeout(fault: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(fault);
    while let Some(fault) = cause {
        let of_hyper = fault.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_timeout);
        let of_system = fault.downcast_ref::<io::Error>().is_some_and(|fault| fault.kind() == io::ErrorKind::TimedOut);
        if of_hyper || of_system {
            return true;
        }
        cause = fault.source();
    }
    false
}
