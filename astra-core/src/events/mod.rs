//! The events of workspaces for those who read them: a reader follows the log of a workspace from a position on, in whichever
//! gateway. What happened is written in `store/`, by the transactions that cause it.

mod log;
mod reader;

pub use log::EventLog;
pub use reader::{EventReader, FollowError};
