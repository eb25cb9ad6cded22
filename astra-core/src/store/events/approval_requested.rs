//! `approval.requested`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event_data::EventData;
use crate::ids::{ApprovalId, SessionId, TurnId};

/// A call of a tool that a person is to decide on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalRequestedData {
    /// The approval.
    #[schema(value_type = String, example = "apr_06a1b2c3d4e5q")]
    pub approval_id: ApprovalId,
    /// The turn that waits.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The session that the turn belongs to.
    #[schema(value_type = String, example = "ses_06a1b2c3d4e5q")]
    pub session_id: SessionId,
    /// The agent.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// Whose turn it is.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub user_id: String,
    /// The tool that the model calls.
    #[schema(max_length = 256, example = "http_fetch")]
    pub tool: String,
    /// When the call is denied if there is no decision.
    #[schema(example = "2026-01-05T09:35:00.000Z")]
    pub expires_at: String,
}

impl EventData for ApprovalRequestedData {
    const NAME: &'static str = "approval.requested";
    const DESCRIPTION: &'static str = "A turn waits for a person's decision on the call of a tool.";
    const EMITTED: &'static str = "When a turn begins to wait, once for each call that is to be decided on. `tools.list_approvals` has the arguments.";

    fn resource_id(&self) -> String {
        self.approval_id.to_string()
    }

    fn agent_id(&self) -> Option<&str> {
        Some(&self.agent_id)
    }
}
