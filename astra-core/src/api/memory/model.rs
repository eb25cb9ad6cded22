//! What the operations of the memory group share.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ids::MemoryId;
use crate::store::MemoryTier;

/// The memory of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MemoryPath {
    /// The memory's id.
    #[param(value_type = String, example = "mem_06a1b2c3d4e5q")]
    pub memory_id: MemoryId,
}

/// What vectors had to say in a search.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FoundVectors {
    /// Whether they were compared. They are not where there is nothing to search, where the embedder knows nothing of the query, and
    /// where a provider that makes vectors did not answer in time: words and the graph are searched then.
    #[schema(example = true)]
    pub is_searched: bool,
    /// The share of the workspace's items that the embedder was asked about. It is below 1 while vectors are made; the other items
    /// are found by words and by the graph.
    #[schema(minimum = 0, maximum = 1, example = 1.0)]
    pub coverage: f64,
}

/// The tiers of memories. What users say in sessions is of the tier `session`, and no memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierOfMemory {
    /// Daily notes.
    Daily,
    /// What is known of a user.
    Profile,
    /// Entities and their relations.
    Graph,
    /// How things are done.
    Procedural,
}

impl From<TierOfMemory> for MemoryTier {
    fn from(tier: TierOfMemory) -> Self {
        match tier {
            TierOfMemory::Daily => Self::Daily,
            TierOfMemory::Profile => Self::Profile,
            TierOfMemory::Graph => Self::Graph,
            TierOfMemory::Procedural => Self::Procedural,
        }
    }
}
