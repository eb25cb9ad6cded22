//! What the operations of the agents group share.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clock::rfc3339;
use crate::engine::agent::AgentDefinition;
use crate::engine::catalogue;
use crate::error::{Error, Result};
use crate::ids::GrantId;
use crate::store::{Loan, StoredAgent, StoredVersion};

/// An agent: its present version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// The agent's id, chosen when it was created.
    #[schema(format = "slug", example = "support")]
    pub id: String,
    /// The number of the present version.
    #[schema(minimum = 1, example = 3)]
    pub version: u32,
    /// When the agent was created.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// When the present version was created.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub updated_at: String,
    /// The creator of the agent: a user, a service account, `file:<name>`, `configuration` or `gateway`; of a borrowed agent the
    /// workspace that lends it.
    #[schema(max_length = 320, example = "usr_06a1b2c3d4e5q")]
    pub created_by: String,
    /// Of whom it is borrowed; null for an agent of the workspace's own.
    pub borrowed: Option<BorrowedAgent>,
    /// What it is.
    #[serde(flatten)]
    pub definition: AgentDefinition,
}

/// Of whom an agent is borrowed. It is read and asked, and cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BorrowedAgent {
    /// The grant, whose id is the agent's id here.
    #[schema(value_type = String, example = "grt_06a1b2c3d4e5q")]
    pub grant_id: GrantId,
    /// The workspace that lends it.
    #[schema(max_length = 256, example = "wsp_06a1b2c3d4e5q")]
    pub lender_id: String,
    /// Its id there.
    #[schema(format = "slug", example = "support")]
    pub agent_id: String,
    /// Until when it is lent.
    #[schema(example = "2026-12-23T21:07:00.000Z")]
    pub expires_at: String,
}

/// A version of an agent, without its definition.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AgentVersionInfo {
    /// The version's number.
    #[schema(minimum = 1, example = 2)]
    pub version: u32,
    /// The version's label, unique in the agent.
    #[schema(max_length = 64, example = "live")]
    pub label: Option<String>,
    /// When it was created.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub created_at: String,
    /// The creator: a user, a service account, `file:<name>`, `configuration` or `gateway`.
    #[schema(max_length = 320, example = "usr_06a1b2c3d4e5q")]
    pub created_by: String,
}

/// An agent as a file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AgentExport {
    /// The format of the file.
    pub format: AgentExportFormat,
    /// The agent's id.
    #[schema(format = "slug", example = "support")]
    pub id: String,
    /// The version that was exported.
    #[schema(minimum = 1, example = 2)]
    pub version: Option<u32>,
    /// The time of the export.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub exported_at: Option<String>,
    /// The agent's definition.
    pub definition: AgentDefinition,
}

/// The format of an exported agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum AgentExportFormat {
    /// As `AgentExport` says.
    #[serde(rename = "astra.agent.v1")]
    V1,
}

/// The agent of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AgentPath {
    /// The agent's id.
    #[param(format = "slug", example = "support")]
    pub agent_id: String,
}

/// The version of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct VersionPath {
    /// The agent's id.
    #[param(format = "slug", example = "support")]
    pub agent_id: String,
    /// The version's number.
    #[param(minimum = 1, maximum = 2_147_483_647, example = 1)]
    pub version: u32,
}

impl Agent {
    /// The agent of a stored row.
    ///
    /// # Errors
    /// If another version of the gateway wrote what this one cannot read.
    pub fn read(stored: StoredAgent) -> Result<Self> {
        let definition = serde_json::from_str(&stored.definition).map_err(Error::internal)?;
        let definition = match &stored.loan {
            Some(loan) => catalogue::borrowed(definition, &loan.agent_id),
            None => definition,
        };
        Ok(Self {
            definition,
            borrowed: stored.loan.map(|loan| BorrowedAgent::of(&stored.id, loan)).transpose()?,
            id: stored.id,
            version: stored.version,
            created_at: rfc3339(stored.created_at_ms),
            updated_at: rfc3339(stored.updated_at_ms),
            created_by: stored.created_by,
        })
    }
}

impl BorrowedAgent {
    fn of(agent_id: &str, loan: Loan) -> Result<Self> {
        Ok(Self {
            grant_id: agent_id.parse().map_err(Error::internal)?,
            lender_id: loan.lender_id,
            agent_id: loan.agent_id,
            expires_at: rfc3339(loan.expires_at_ms),
        })
    }
}

impl From<StoredVersion> for AgentVersionInfo {
    fn from(stored: StoredVersion) -> Self {
        Self {
            version: stored.version,
            label: stored.label,
            created_at: rfc3339(stored.created_at_ms),
            created_by: stored.created_by,
        }
    }
}
