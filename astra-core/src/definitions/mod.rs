//! What is defined by files on disk: folders that are watched, files that are read, faults with their lines. What the files
//! of a folder define is a `Kind`; agents are the one that there is.

mod agents;
mod file;
mod kind;
mod locate;
mod watch;

pub use agents::{Definitions, Failed, Report, Sources};
pub use file::Unreadable;
