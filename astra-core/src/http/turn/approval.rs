//! Calls that a person decides on, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::tool::shown;
use crate::clock::rfc3339;
use crate::http::AnyJson;
use crate::ids::{ApprovalId, SessionId, TurnId};
use crate::store::{self, StoredApproval};

/// The call of a tool that a person decides on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// The approval's id.
    #[schema(value_type = String, example = "apr_06a1b2c3d4e5q")]
    pub id: ApprovalId,
    /// The state of the approval.
    pub status: ApprovalStatus,
    /// The turn that waits for it.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The session of the turn.
    #[schema(value_type = String, example = "ses_06a1b2c3d4e5q")]
    pub session_id: SessionId,
    /// The agent whose model calls the tool.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// The user or service account whose turn it is.
    #[schema(min_length = 1, max_length = 256, pattern = "^[ -~]+$", example = "usr_06a1b2c3d4e5q")]
    pub user_id: String,
    /// The call's id, unique in its turn.
    #[schema(max_length = 16_384, example = "call_1")]
    pub call_id: String,
    /// The tool's name.
    #[schema(max_length = 256, example = "crm_update_contact")]
    pub tool: String,
    /// What the tool is to be called with.
    pub arguments: AnyJson,
    /// Who decided; null if there is no decision.
    #[schema(min_length = 1, max_length = 256, pattern = "^[ -~]+$", example = "usr_06a1b2c3d4e5q")]
    pub decided_by: Option<String>,
    /// What the decision says beside.
    #[schema(max_length = 1024, example = "Not on a Friday.")]
    pub note: Option<String>,
    /// When the model called the tool.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// When the call is denied unless it was decided on.
    #[schema(example = "2026-11-23T21:12:00.000Z")]
    pub expires_at: String,
    /// When it was decided on; null if there is no decision.
    #[schema(example = "2026-11-23T21:08:00.000Z")]
    pub decided_at: Option<String>,
}

/// The states of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStatus {
    /// It waits for a decision.
    Pending,
    /// The call is made.
    Approved,
    /// The call is not made.
    Denied,
    /// No decision came in time: the call is not made.
    Expired,
    /// The turn ended before the decision.
    Cancelled,
}

/// What a decision says beside.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct DecideApproval {
    /// Why, for the record; the model reads the note of a call that is denied.
    #[schema(max_length = 1024, pattern = r"^[^\x00]*$", example = "Not on a Friday.")]
    pub note: Option<String>,
}

impl From<StoredApproval> for Approval {
    fn from(approval: StoredApproval) -> Self {
        Self {
            id: approval.id,
            status: approval.status.into(),
            turn_id: approval.turn_id,
            session_id: approval.session_id,
            agent_id: approval.agent_id,
            user_id: approval.user_id,
            call_id: approval.call_id,
            tool: approval.tool,
            arguments: shown(&approval.arguments),
            decided_by: approval.decided_by,
            note: approval.note,
            created_at: rfc3339(approval.created_at_ms),
            expires_at: rfc3339(approval.expires_at_ms),
            decided_at: approval.decided_at_ms.map(rfc3339),
        }
    }
}

impl From<store::ApprovalStatus> for ApprovalStatus {
    fn from(status: store::ApprovalStatus) -> Self {
        match status {
            store::ApprovalStatus::Pending => Self::Pending,
            store::ApprovalStatus::Approved => Self::Approved,
            store::ApprovalStatus::Denied => Self::Denied,
            store::ApprovalStatus::Expired => Self::Expired,
            store::ApprovalStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl From<ApprovalStatus> for store::ApprovalStatus {
    fn from(status: ApprovalStatus) -> Self {
        match status {
            ApprovalStatus::Pending => Self::Pending,
            ApprovalStatus::Approved => Self::Approved,
            ApprovalStatus::Denied => Self::Denied,
            ApprovalStatus::Expired => Self::Expired,
            ApprovalStatus::Cancelled => Self::Cancelled,
        }
    }
}
