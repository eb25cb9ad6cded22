//! What a memory weighs at a time.

use super::memories::StoredMemory;
use super::memory_decay::{edge_weight, weight_of_daily};
use super::memory_tier::MemoryTier;

/// What `memory` weighs at `now_ms`, 0 to 1: a daily note loses weight after seven days, and what is said of entities each day;
/// the rest is as heavy as it was.
#[must_use]
pub fn memory_weight(memory: &StoredMemory, now_ms: i64) -> f64 {
    match memory.tier {
        MemoryTier::Daily => weight_of_daily(now_ms.saturating_sub(memory.created_at_ms)),
        MemoryTier::Graph => edge_weight(memory.strength, memory.strength_at_ms, now_ms),
        MemoryTier::Session | MemoryTier::Profile | MemoryTier::Procedural => memory.strength,
    }
}
