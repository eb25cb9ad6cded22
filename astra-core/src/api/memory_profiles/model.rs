//! What the operations of the memory profiles group share.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clock::rfc3339;
use crate::engine::agent::AgentDefinition;
use crate::error::{Error, Result};
use crate::ids::MemoryProfileId;
use crate::memory::profile::MemoryProfileSettings;
use crate::store::{StoredAgent, StoredMemoryProfile};

/// What agents that have it remember and recall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MemoryProfile {
    /// The profile's id.
    #[schema(value_type = String, example = "mpr_06a1b2c3d4e5q")]
    pub id: MemoryProfileId,
    /// Grows with each change.
    #[schema(minimum = 1, example = 1)]
    pub version: u32,
    /// What it says.
    #[serde(flatten)]
    pub settings: MemoryProfileSettings,
    /// When it was created.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// The time of the last change.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub updated_at: String,
    /// The account that created it.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub created_by: String,
}

/// An agent that has a memory profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemoryProfileAgent {
    /// The agent's id.
    #[schema(format = "slug", example = "support")]
    pub agent_id: String,
    /// The name that people see; null means that the id is shown.
    #[schema(max_length = 128, example = "Support")]
    pub display_name: Option<String>,
    /// The number of its present version.
    #[schema(minimum = 1, example = 3)]
    pub version: u32,
    /// The profile that it has.
    #[schema(value_type = String, example = "mpr_06a1b2c3d4e5q")]
    pub memory_profile_id: MemoryProfileId,
    /// When the present version was created.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub updated_at: String,
}

/// The memory profile of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MemoryProfilePath {
    /// The profile's id.
    #[param(value_type = String, example = "mpr_06a1b2c3d4e5q")]
    pub profile_id: MemoryProfileId,
}

/// The memory profile and the agent of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AssignmentPath {
    /// The profile's id.
    #[param(value_type = String, example = "mpr_06a1b2c3d4e5q")]
    pub profile_id: MemoryProfileId,
    /// The agent's id.
    #[param(format = "slug", example = "support")]
    pub agent_id: String,
}

impl MemoryProfile {
    /// The profile of a stored row.
    ///
    /// # Errors
    /// If another version of the gateway wrote what this one cannot read.
    pub fn read(stored: StoredMemoryProfile) -> Result<Self> {
        Ok(Self {
            id: stored.id,
            version: stored.version,
            settings: serde_json::from_str(&stored.settings).map_err(Error::internal)?,
            created_at: rfc3339(stored.created_at_ms),
            updated_at: rfc3339(stored.updated_at_ms),
            created_by: stored.created_by,
        })
    }
}

impl MemoryProfileAgent {
    /// An agent of a stored row that has the profile `profile_id`.
    ///
    /// # Errors
    /// If another version of the gateway wrote what this one cannot read.
    pub fn read(stored: StoredAgent, profile_id: MemoryProfileId) -> Result<Self> {
        let definition: AgentDefinition = serde_json::from_str(&stored.definition).map_err(Error::internal)?;
        Ok(Self {
            agent_id: stored.id,
            display_name: definition.display_name,
            version: stored.version,
            memory_profile_id: profile_id,
            updated_at: rfc3339(stored.updated_at_ms),
        })
    }
}
