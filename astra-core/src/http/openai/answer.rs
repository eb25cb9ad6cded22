//! A whole answer in OpenAI's form.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ChatCompletionRole;
use crate::clock::timestamp;
use crate::store::Turn;

/// A whole answer in OpenAI's format.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletion {
    /// The turn's id.
    #[schema(max_length = 64, example = "trn_06a1b2c3d4e5q")]
    pub id: String,
    /// Always `chat.completion`.
    #[schema(max_length = 32, example = "chat.completion")]
    pub object: String,
    /// When the message was stored, in seconds since 1970.
    #[schema(minimum = 0, example = 1_795_468_020)]
    pub created: i64,
    /// The agent's id.
    #[schema(max_length = 64, example = "assistant")]
    pub model: String,
    /// The answer; the list always has one item.
    #[schema(max_items = 1)]
    pub choices: Vec<Choice>,
    /// The tokens used.
    pub usage: CompletionUsage,
}

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Choice {
    /// Always 0.
    #[schema(minimum = 0, example = 0)]
    pub index: u32,
    /// The agent's answer.
    pub message: ChoiceMessage,
    /// `stop`, `length` or `content_filter`.
    #[schema(max_length = 32, example = "stop")]
    pub finish_reason: String,
}

/// The agent's answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChoiceMessage {
    /// Always `assistant`.
    pub role: ChatCompletionRole,
    /// The text.
    #[schema(max_length = 16_777_216, example = "The capital of France is Paris.")]
    pub content: String,
}

/// The tokens of an answer, with OpenAI's names.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct CompletionUsage {
    /// Tokens that the model read.
    #[schema(example = 42)]
    pub prompt_tokens: u32,
    /// Tokens that the model wrote.
    #[schema(example = 8)]
    pub completion_tokens: u32,
    /// The sum of both.
    #[schema(example = 50)]
    pub total_tokens: u32,
}

impl CompletionUsage {
    /// What `turn` used.
    pub fn of(turn: &Turn) -> Self {
        let (prompt_tokens, completion_tokens) = (turn.outcome.input_tokens, turn.outcome.output_tokens);
        Self { prompt_tokens, completion_tokens, total_tokens: prompt_tokens.saturating_add(completion_tokens) }
    }
}

impl ChatCompletion {
    /// The answer of a completed turn.
    pub fn of(turn: &Turn) -> Self {
        let message = ChoiceMessage {
            role: ChatCompletionRole::Assistant,
            content: turn.outcome.content.clone().unwrap_or_default(),
        };
        Self {
            id: turn.id.to_string(),
            object: "chat.completion".into(),
            created: timestamp(turn.created_at_ms).timestamp(),
            model: turn.agent_id.clone(),
            choices: vec![Choice { index: 0, message, finish_reason: finish_reason(turn) }],
            usage: CompletionUsage::of(turn),
        }
    }
}

/// Why the model stopped, in OpenAI's words.
pub fn finish_reason(turn: &Turn) -> String {
    turn.outcome.finish_reason.clone().unwrap_or_else(|| "stop".into())
}
