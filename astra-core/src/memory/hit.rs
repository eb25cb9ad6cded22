//! What a search of memory finds, and why.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rank::Ranked;
use crate::ids::{MemoryId, SessionId, TurnId};
use crate::store::{EdgeKey, MemoryTier};

/// What was found at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// What it is.
    pub item: HitItem,
    /// Its tier.
    pub tier: MemoryTier,
    /// The words.
    pub content: String,
    /// 0 to 1.
    pub score: f64,
    /// What found it.
    pub sources: HitSources,
    /// Whether it is the workspace's.
    pub is_workspaces: bool,
    /// 0 to 1: how far its origin is to be believed.
    pub trust: f64,
    /// When it was said first, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// The session that it was said in.
    pub session_id: Option<SessionId>,
    /// How often a procedure has worked; 0 of everything else.
    pub success_count: u64,
    /// The edges by which the graph led to it.
    pub edges: Vec<EdgeKey>,
}

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitItem {
    /// A memory.
    Memory(MemoryId),
    /// The question of a turn.
    Question(TurnId),
}

/// What found a memory; null where a source did not.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct HitSources {
    /// Words of the query.
    pub text: Option<TextSource>,
    /// A vector near that of the query.
    pub vector: Option<VectorSource>,
    /// The graph, from an entity that the query names.
    pub graph: Option<GraphSource>,
}

/// The place of a memory among those with words of the query.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TextSource {
    /// 1 is the best.
    #[schema(minimum = 1, example = 1)]
    pub rank: u32,
    /// Its score by BM25.
    #[schema(minimum = 0, example = 4.2)]
    pub score: f64,
    /// How much of the query it has: the share of its words by their weight.
    #[schema(minimum = 0, maximum = 1, example = 0.8)]
    pub coverage: f64,
}

/// The place of a memory among those that mean about the same.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VectorSource {
    /// 1 is the best.
    #[schema(minimum = 1, example = 2)]
    pub rank: u32,
    /// The cosine of both vectors.
    #[schema(example = 0.52)]
    pub cosine: f64,
}

/// The place of a memory among those that the graph leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GraphSource {
    /// 1 is the best.
    #[schema(minimum = 1, example = 1)]
    pub rank: u32,
}

impl From<&Ranked> for HitSources {
    fn from(ranked: &Ranked) -> Self {
        Self {
            text: ranked.text.map(|text| TextSource {
                rank: text.rank,
                score: text.score.into(),
                coverage: f64::from(text.coverage).clamp(0.0, 1.0),
            }),
            vector: ranked.vector.map(|vector| VectorSource { rank: vector.rank, cosine: vector.cosine.into() }),
            graph: ranked.graph_rank.map(|rank| GraphSource { rank }),
        }
    }
}
