//! Memory that leaves the gateway and comes into it, as lines of JSON: the first says the format and its version, each of the
//! others has a memory, and the last one says that nothing is missing. Exports of Letta and mem0 are read too.

mod export;
mod foreign;
mod import;
mod imported;
mod line;

pub use export::{Export, ExportWish};
pub use import::{Import, ImportIds, ImportWish};
pub use imported::{Faulty, Imported};
pub use line::read;

/// The scope without which no caller enqueues such a job by itself: the operations of memory say who may have it.
const SCOPE: &str = "admin:read";
