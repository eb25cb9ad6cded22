//! What the operations of the sessions group share.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::rfc3339;
use crate::ids::SessionId;
use crate::store::{self, SessionSettings, SessionWithTotals};

/// A conversation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// The session's id.
    #[schema(value_type = String, example = "ses_06a1b2c3d4e5q")]
    pub id: SessionId,
    /// The session's agent.
    #[schema(format = "slug", example = "assistant")]
    pub agent_id: String,
    /// The place of the conversation, such as a program or a page.
    #[schema(max_length = 64, example = "web")]
    pub surface: String,
    /// Distinguishes conversations on the same surface; may be empty.
    #[schema(max_length = 256, example = "ticket-4711")]
    pub surface_id: String,
    /// The user or service account that the session belongs to.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub user_id: String,
    /// Whether the session is active or archived.
    pub status: SessionStatus,
    /// The session that follows this one, after a reset or an automatic end.
    #[schema(value_type = Option<String>, example = "ses_06a1b2c3d4e5r")]
    pub successor_id: Option<SessionId>,
    /// Number of messages.
    #[schema(minimum = 0, example = 12)]
    pub message_count: i64,
    /// Input tokens of all its turns.
    #[schema(minimum = 0, example = 4200)]
    pub input_tokens: i64,
    /// Output tokens of all its turns.
    #[schema(minimum = 0, example = 800)]
    pub output_tokens: i64,
    /// Bytes that its own turns keep: questions, answers, metadata, events and traces. A fork does not count what it shares
    /// with the session that it came from.
    #[schema(minimum = 0, example = 18_400)]
    pub storage_bytes: i64,
    /// The summary of its older messages; null if the session was never compacted.
    #[schema(max_length = 16_777_216, example = "The user is planning a journey to France.")]
    pub summary: Option<String>,
    /// What its caller has set.
    #[serde(flatten)]
    pub settings: SessionSettings,
    /// When it was opened.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// The time of the last message.
    #[schema(example = "2026-11-23T21:09:30.000Z")]
    pub last_active_at: String,
}

/// The states of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// It goes on.
    Active,
    /// It can be read.
    Archived,
}

impl From<store::SessionWithTotals> for Session {
    fn from(SessionWithTotals { session, totals }: store::SessionWithTotals) -> Self {
        Self {
            id: session.id,
            agent_id: session.agent_id,
            surface: session.surface,
            surface_id: session.surface_id,
            user_id: session.user_id,
            status: if session.is_active { SessionStatus::Active } else { SessionStatus::Archived },
            successor_id: session.successor_id,
            message_count: totals.message_count,
            input_tokens: totals.input_tokens,
            output_tokens: totals.output_tokens,
            storage_bytes: totals.storage_bytes,
            summary: session.summary,
            settings: session.settings,
            created_at: rfc3339(session.created_at_ms),
            last_active_at: rfc3339(totals.last_active_at_ms),
        }
    }
}
