//! What is defined by files on disk: folders that are watched, files that are read, faults with their lines. What the files
//! of a folder define is a `Kind`, such as agents; a skill is a folder of its own.

mod agents;
mod file;
mod kind;
mod reading;
mod skills;
mod watch;

pub use agents::{Definitions, Failed, Report, Sources};
pub use file::Unreadable;
pub use skills::{SkillFolder, SkillReport};
