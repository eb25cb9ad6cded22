//! A memory as callers read and change it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::clock::rfc3339;
use crate::ids::{MemoryId, SessionId, TurnId};
use crate::store::{MemoryCategory, MemorySource, MemoryTier, StoredMemory, memory_weight};

/// What of a memory can be changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MemorySettings {
    /// What is remembered.
    #[schema(min_length = 1, max_length = 8192, pattern = r"^[^\x00]*$", example = "Releases are made on Tuesdays.")]
    pub content: String,
    /// What a note of the tier `daily` is about, `note` by default. Memories of other tiers have none.
    #[serde(default)]
    #[schema(example = "decision")]
    pub category: Option<MemoryCategory>,
    /// What belongs to it beside the content, at most 16 KiB as JSON. A text `value` is what is compared with other memories
    /// of its slot; without it that is the content.
    #[serde(default)]
    #[schema(value_type = Map<String, serde_json::Value>, example = json!({"value": "Tuesday"}))]
    pub data: Map<String, Value>,
    /// Until when it holds; null: until another one of its slot holds.
    #[serde(default)]
    #[schema(example = "2026-12-31T23:59:59.000Z")]
    pub valid_to: Option<String>,
    /// When it is forgotten; null: never.
    #[serde(default)]
    #[schema(example = "2027-11-23T21:07:00.000Z")]
    pub expires_at: Option<String>,
}

/// A memory of a user or of the workspace.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Memory {
    /// The memory's id.
    #[schema(value_type = String, example = "mem_06a1b2c3d4e5q")]
    pub id: MemoryId,
    /// The tier that it is in.
    #[schema(example = "daily")]
    pub tier: MemoryTier,
    /// The user or service account whose it is; null: the workspace's.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub user_id: Option<String>,
    /// What is remembered, and until when.
    #[serde(flatten)]
    pub settings: MemorySettings,
    /// What it is about: of the memories of one owner and tier with one slot, the newest holds. Null: it takes the place of
    /// nothing.
    #[schema(min_length = 1, max_length = 256, example = "release day")]
    pub slot: Option<String>,
    /// The agent in whose turn it was made, or that it is for.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: Option<String>,
    /// The session that it was made in.
    #[schema(value_type = Option<String>, example = "ses_06a1b2c3d4e5q")]
    pub session_id: Option<SessionId>,
    /// The turn that it was made in.
    #[schema(value_type = Option<String>, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: Option<TurnId>,
    /// The words of the user that it was made of.
    #[schema(max_length = 8192, example = "we release on Tuesdays")]
    pub quote: Option<String>,
    /// Where it comes from.
    #[schema(example = "caller")]
    pub source: MemorySource,
    /// The name of the rule that found it.
    #[schema(max_length = 64, example = "decision")]
    pub rule: Option<String>,
    /// How far its origin is to be believed, 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 1.0)]
    pub trust: f64,
    /// How sure it is, 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 1.0)]
    pub confidence: f64,
    /// What it weighs now, 0 to 1: a daily note loses weight after seven days, what is said of entities each day.
    #[schema(minimum = 0, maximum = 1, example = 1.0)]
    pub weight: f64,
    /// How often the same was said.
    #[schema(minimum = 1, example = 1)]
    pub evidence: u32,
    /// From when on it holds.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub valid_from: String,
    /// The memory that holds in its place.
    #[schema(value_type = Option<String>, example = "mem_06a1b2c3d4e5q")]
    pub superseded_by: Option<MemoryId>,
    /// Grows with each change.
    #[schema(minimum = 1, example = 1)]
    pub version: u32,
    /// When it was kept.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// The time of the last change.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub updated_at: String,
    /// The account that wrote it, or `gateway`.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub created_by: String,
}

impl MemorySettings {
    /// What of `memory` can be changed, as it is.
    pub fn of(memory: &StoredMemory) -> Self {
        Self {
            content: memory.content.clone(),
            category: memory.category,
            data: memory.data.clone(),
            valid_to: memory.valid_to_ms.map(rfc3339),
            expires_at: memory.expires_at_ms.map(rfc3339),
        }
    }
}

impl Memory {
    /// The memory as it is at `now_ms`.
    pub fn at(stored: StoredMemory, now_ms: i64) -> Self {
        Self {
            id: stored.id,
            tier: stored.tier,
            settings: MemorySettings::of(&stored),
            weight: memory_weight(&stored, now_ms),
            user_id: stored.user_id,
            slot: stored.slot,
            agent_id: stored.agent_id,
            session_id: stored.session_id,
            turn_id: stored.turn_id,
            quote: stored.quote,
            source: stored.source,
            rule: stored.rule,
            trust: stored.trust,
            confidence: stored.confidence,
            evidence: stored.evidence,
            valid_from: rfc3339(stored.valid_from_ms),
            superseded_by: stored.superseded_by,
            version: stored.version,
            created_at: rfc3339(stored.created_at_ms),
            updated_at: rfc3339(stored.updated_at_ms),
            created_by: stored.created_by,
        }
    }
}
