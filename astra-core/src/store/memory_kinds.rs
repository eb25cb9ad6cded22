//! The words that say what a memory is and where it comes from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{Error, Result};

/// What a daily note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryCategory {
    /// What was decided.
    Decision,
    /// How something ended.
    Outcome,
    /// How something is to be gone about.
    Strategy,
    /// Anything else that was noted.
    Note,
    /// What was done together.
    Interaction,
}

/// Where a memory comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemorySource {
    /// A caller has written it.
    Caller,
    /// A rule has found it in what a user said.
    Rule,
    /// A model has found it in what a user said.
    Model,
    /// A model has written it by a tool.
    Tool,
    /// Several memories were joined.
    Consolidation,
    /// A user's memory was copied to the workspace.
    Propagation,
    /// It was imported.
    Import,
}

/// Why a memory has a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryReason {
    /// It was kept.
    Created,
    /// It was changed.
    Updated,
    /// The same was said again.
    Confirmed,
    /// Another one holds in its place.
    Superseded,
    /// It holds again, since what held in its place is gone.
    Restored,
    /// A version before was written again.
    Reverted,
    /// The turn or session that wrote it was taken back.
    Undone,
    /// It was deleted.
    Deleted,
    /// It was joined with another one.
    Merged,
    /// It is too old.
    Expired,
}

/// The word of a value that serde writes as one word.
pub(super) fn word<T: Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(Error::broken("a value is no word")),
    }
}

/// The value of a word that [`word`] has written.
pub(super) fn value<T: serde::de::DeserializeOwned>(word: String) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(Error::broken)
}
