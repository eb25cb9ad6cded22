//! Messages of conversations on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::content::MessageContent;
use super::tool::{self, MessageToolCall, MessageToolResult};
use crate::clock::rfc3339;
use crate::content::Role;
use crate::ids::{MessageId, TurnId};
use crate::store;

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

impl From<store::StoredMessage> for Message {
    fn from(message: store::StoredMessage) -> Self {
        let (content, tool_calls, tool_results) = tool::split(message.content);
        Self {
            id: message.id,
            turn_id: Some(message.id.turn),
            role: match message.role {
                Role::System => MessageRole::System,
                Role::User => MessageRole::User,
                Role::Assistant => MessageRole::Assistant,
                Role::Tool => MessageRole::Tool,
            },
            content: content.into(),
            tool_calls,
            tool_results,
            created_at: rfc3339(message.created_at_ms),
        }
    }
}
