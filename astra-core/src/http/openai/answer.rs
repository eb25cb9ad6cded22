//! A whole answer in OpenAI's form.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ChatCompletionRole;
use super::tool::ChatCompletionToolCall;
use crate::clock::timestamp;
use crate::store::Turn;

/// The reason to finish of an answer that calls the caller's tools.
const TOOL_CALLS: &str = "tool_calls";

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
    /// `stop`, `length`, `content_filter`, or `tool_calls` if the model calls tools of the caller's and waits for the results.
    #[schema(max_length = 32, example = "stop")]
    pub finish_reason: String,
}

/// The agent's answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChoiceMessage {
    /// Always `assistant`.
    pub role: ChatCompletionRole,
    /// The text; null if the model calls tools and says nothing.
    #[schema(max_length = 16_777_216, example = "The capital of France is Paris.")]
    pub content: Option<String>,
    /// The tools of the caller's that the model calls; absent if it calls none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 128)]
    pub tool_calls: Option<Vec<ChatCompletionToolCall>>,
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
    /// The answer of a completed turn, in which the model calls the caller's tools with `calls`.
    pub fn of(turn: &Turn, calls: Vec<ChatCompletionToolCall>) -> Self {
        let text = turn.outcome.content.clone().unwrap_or_default();
        let finish_reason = finish_reason(turn, !calls.is_empty());
        let message = ChoiceMessage {
            role: ChatCompletionRole::Assistant,
            content: if text.is_empty() && !calls.is_empty() { None } else { Some(text) },
            tool_calls: Some(calls).filter(|calls| !calls.is_empty()),
        };
        Self {
            id: turn.id.to_string(),
            object: "chat.completion".into(),
            created: timestamp(turn.created_at_ms).timestamp(),
            model: turn.agent_id.clone(),
            choices: vec![Choice { index: 0, message, finish_reason }],
            usage: CompletionUsage::of(turn),
        }
    }
}

/// Why the model stopped, in OpenAI's words.
pub fn finish_reason(turn: &Turn, has_calls: bool) -> String {
    match turn.outcome.finish_reason.as_deref() {
        None | Some("stop") if has_calls => TOOL_CALLS.to_owned(),
        // Calls of tools that are not the caller's are none to it.
        None => "stop".to_owned(),
        Some(TOOL_CALLS) if !has_calls => "stop".to_owned(),
        Some(reason) => reason.to_owned(),
    }
}
