//! A call of the model that has no result yet, or whose round is not complete.

use serde::{Deserialize, Serialize};

use crate::content::{ToolCall, ToolResult};
use crate::ids::{ApprovalId, TurnId};
use crate::trace_context::SpanId;

/// A call of the answer whose calls are being made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct OpenCall {
    /// The call.
    pub(super) call: ToolCall,
    /// What becomes of it.
    pub(super) state: CallState,
}

/// What becomes of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CallState {
    /// It is made here.
    Runs,
    /// A person is to be asked.
    NeedsApproval,
    /// A person was asked.
    AwaitsApproval(i64),
    /// The caller makes it.
    Callers,
    /// It has begun a turn of another agent, which has not ended.
    Spawned(Child),
    /// It was made, or refused.
    Done(ToolResult),
}

/// A turn that a call has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Child {
    /// The turn.
    pub(super) turn_id: TurnId,
    /// The sequence number of its last event that was seen; 0 before the first.
    pub(super) seq: i64,
    /// The span of the call, which the turn knows as its caller's, if it is exported.
    #[serde(default)]
    pub(super) span: Option<SpanId>,
}

impl OpenCall {
    /// The approval that it waits for.
    pub(super) fn approval(&self) -> Option<ApprovalId> {
        match self.state {
            CallState::AwaitsApproval(key) => Some(ApprovalId::from_key(key)),
            _ => None,
        }
    }

    /// The turn that it has begun, and waits for.
    pub(super) fn child(&self) -> Option<Child> {
        match self.state {
            CallState::Spawned(child) => Some(child),
            _ => None,
        }
    }

    /// Whether the caller makes it, and has not yet.
    pub(super) fn is_callers(&self) -> bool {
        self.state == CallState::Callers
    }
}
