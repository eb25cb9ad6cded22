//! Tasks that run beside requests: what their kinds mean, and groups of short ones. Rooms below `work/` start theirs in a
//! group; the supervisor in `work/` includes the groups and runs what lasts.

mod group;
mod kind;

pub use group::TaskGroup;
pub use kind::{OnCancel, OnFailure, TaskKind};
