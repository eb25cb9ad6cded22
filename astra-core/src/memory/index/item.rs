//! What goes into the index, what is asked of it, and what it answers.

use crate::memory::embed::Embedding;
use crate::store::{MemoryTier, TierSet};

/// What is known of an item.
#[derive(Debug, Clone)]
pub struct IndexItem {
    /// The key of a memory, or of a turn for what was asked in it.
    pub id: i64,
    /// The number of the subject that it belongs to; 0 for the workspace.
    pub owner: i64,
    /// Its tier.
    pub tier: MemoryTier,
    /// Whether the embedder was asked about it.
    pub is_embedded: bool,
    /// Its vector, if it has one of the index's dimension.
    pub embedding: Option<Embedding>,
    /// Hashes of its terms, with their repeats.
    pub terms: Vec<u32>,
    /// When it was made.
    pub created_at_ms: i64,
    /// From when on it holds.
    pub valid_from_ms: i64,
    /// When it ceased to hold; none while it holds.
    pub valid_to_ms: Option<i64>,
    /// When it is no longer to be found; none if never.
    pub expires_at_ms: Option<i64>,
}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct IndexQuery {
    /// The number of the subject who asks: it finds its own items and those of the workspace (0).
    pub owner: i64,
    /// The tiers that are looked through.
    pub tiers: TierSet,
    /// Hashes of distinct terms, at most 32; none: words are not looked for.
    pub terms: Vec<u32>,
    /// The vector of the question; none, or one of another dimension: vectors are not looked at.
    pub embedding: Option<Embedding>,
    /// The smallest cosine that is a match.
    pub floor: f32,
    /// How many items each source may give.
    pub limit: usize,
    /// The time at which an item must hold.
    pub as_of_ms: i64,
    /// Only items made at this time or later.
    pub created_after_ms: Option<i64>,
}

/// An item that at least one source gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The item.
    pub id: i64,
    /// Its tier.
    pub tier: MemoryTier,
    /// When it was made.
    pub created_at_ms: i64,
    /// What the words say of it.
    pub text: Option<TextMatch>,
    /// What the vectors say of it.
    pub vector: Option<VectorMatch>,
}

/// A match by words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextMatch {
    /// From 1 on.
    pub rank: u32,
    /// The BM25 score.
    pub score: f32,
    /// 0 to 1: the share of the question's weight, by the rarity of its words, that the item holds.
    pub coverage: f32,
}

/// A match by vectors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VectorMatch {
    /// From 1 on.
    pub rank: u32,
    /// The cosine of both vectors.
    pub cosine: f32,
}
