//! What the operations of the sessions group share.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::rfc3339;
use crate::http::turn::{MessageContent, MessageToolCall, MessageToolResult, tool};
use crate::ids::{MessageId, SessionId, TurnId};
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

/// One message of a conversation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// The message's id.
    #[schema(value_type = String, example = "msg_06a1b2c3d4e5f6q")]
    pub id: MessageId,
    /// The turn that it belongs to.
    #[schema(value_type = Option<String>, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: Option<TurnId>,
    /// The author of the message.
    pub role: MessageRole,
    /// The content; where nothing is said but tools are called or answer, that in words.
    pub content: MessageContent,
    /// The tools that the model calls in this message.
    #[schema(max_items = 128)]
    pub tool_calls: Vec<MessageToolCall>,
    /// What tools answered, in a message of the role `tool`.
    #[schema(max_items = 128)]
    pub tool_results: Vec<MessageToolResult>,
    /// When it was stored.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
}

/// The author of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageRole {
    /// The instructions.
    System,
    /// The person.
    User,
    /// The agent.
    Assistant,
    /// A tool.
    Tool,
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

impl From<store::StoredMessage> for Message {
    fn from(message: store::StoredMessage) -> Self {
        let (content, tool_calls, tool_results) = tool::split(message.content);
        Self {
            id: message.id,
            turn_id: Some(message.id.turn),
            role: match message.role {
                crate::provider::Role::System => MessageRole::System,
                crate::provider::Role::User => MessageRole::User,
                crate::provider::Role::Assistant => MessageRole::Assistant,
                crate::provider::Role::Tool => MessageRole::Tool,
            },
            content: content.into(),
            tool_calls,
            tool_results,
            created_at: rfc3339(message.created_at_ms),
        }
    }
}
