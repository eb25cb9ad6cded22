//! What is asked of a walk through the graph.

use crate::ids::EntityId;

/// Where a walk begins, and how far it goes.
#[derive(Debug, Clone)]
pub struct Walk {
    /// Who walks: a subject's number; 0: one who sees the workspace's graph alone.
    pub owner: i64,
    /// Where it begins.
    pub start: Vec<EntityId>,
    /// How many edges it goes along, one after the other.
    pub hops: u32,
    /// The kinds of edges that it goes along; all if there are none.
    pub kinds: Vec<String>,
    /// Most entities of the answer, those of the start among them.
    pub entities_max: usize,
    /// Most edges that one hop reads, the newest of each entity.
    pub edges_a_hop: usize,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}
