//! What a text that is imported comes to: memories, or the line that is wrong.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::MemoryId;
use crate::store::{MemoryCategory, MemoryTier};

/// A memory that is to be imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Imported {
    /// `mem_...`, if it had one.
    #[serde(default)]
    pub id: Option<MemoryId>,
    /// Its tier, which is not `session`.
    pub tier: MemoryTier,
    /// What a daily note is about.
    #[serde(default)]
    pub category: Option<MemoryCategory>,
    /// What it is about, folded.
    #[serde(default)]
    pub slot: Option<String>,
    /// What is remembered.
    pub content: String,
    /// What its tier has beside the content.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// 0 to 1: how far its origin is to be believed.
    #[serde(default = "half")]
    pub trust: f64,
    /// 0 to 1: how sure it is.
    #[serde(default = "half")]
    pub confidence: f64,
    /// The agent that it is for.
    #[serde(default)]
    pub agent_id: Option<String>,
    /// From when on it holds (RFC 3339).
    #[serde(default)]
    pub valid_from: Option<String>,
    /// Until when it holds.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// When it is forgotten.
    #[serde(default)]
    pub expires_at: Option<String>,
}

const fn half() -> f64 {
    0.5
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faulty {
    /// Its number: 1, 2, 3, ...
    pub line: usize,
    /// What is wrong with it.
    pub fault: String,
}

impl Faulty {
    pub(super) fn new(line: usize, fault: impl Into<String>) -> Self {
        Self { line, fault: fault.into() }
    }
}
