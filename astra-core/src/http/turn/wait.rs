//! What a turn waits for, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::tool::MessageToolCall;
use crate::http::AnyJson;
use crate::ids::{ApprovalId, TurnId};

/// A person is to decide on the call of a tool.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ApprovalRequired {
    /// The turn that the event belongs to.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The event's number in its turn, starting with 1.
    #[schema(minimum = 1, example = 4)]
    pub seq: i64,
    /// The approval, for `tools.approve` and `tools.deny`.
    #[schema(value_type = String, example = "apr_06a1b2c3d4e5q")]
    pub approval_id: ApprovalId,
    /// The call's id, unique in its turn.
    #[schema(max_length = 16_384, example = "call_1")]
    pub call_id: String,
    /// The tool's name.
    #[schema(max_length = 256, example = "current_time")]
    pub tool: String,
    /// What the tool is to be called with: an object, or the text that the model wrote if that is no JSON object.
    pub arguments: AnyJson,
    /// When the call is denied unless it was decided on.
    #[schema(example = "2026-11-23T21:12:00.000Z")]
    pub expires_at: String,
}

/// The caller is to submit the results of tools that it runs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ResultsRequired {
    /// The turn that the event belongs to.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The event's number in its turn, starting with 1.
    #[schema(minimum = 1, example = 4)]
    pub seq: i64,
    /// The calls whose results are to be submitted, all together.
    #[schema(min_items = 1, max_items = 4096)]
    pub calls: Vec<MessageToolCall>,
    /// When the turn ends unless they were submitted.
    #[schema(example = "2026-11-23T21:17:00.000Z")]
    pub expires_at: String,
}
