//! The tools of memory: what an agent's model searches, writes and follows by itself.

mod access;
mod search;
mod traverse;
mod write;

use std::sync::Arc;

use super::tool::Tool;

pub use access::MemoryAccess;
pub(super) use access::MemoryPlace;

/// The names of all of them.
pub(super) const NAMES: [&str; 3] = [traverse::NAME, search::NAME, write::NAME];

/// The tools.
pub(super) fn tools(place: &MemoryPlace) -> [Arc<dyn Tool>; 3] {
    [
        Arc::new(traverse::GraphTraverse(place.clone())),
        Arc::new(search::MemorySearch(place.clone())),
        Arc::new(write::MemoryWrite(place.clone())),
    ]
}
