//! OpenAI's Chat Completions as far as the gateway speaks it: what is asked here, what is answered next door.

mod answer;
mod chunk;
mod content;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use answer::{ChatCompletion, CompletionUsage};
pub use chunk::{ChatCompletionChunk, chunks};
pub use content::ChatCompletionContent;

use crate::engine::{Ask, Overrides};
use crate::error::{Error, Result};
use crate::provider::{Content, Message, Role};
use crate::store::{OnceKey, Place};

/// What would change the answer's form or give the agent tools that it does not have, and the one value of it that would not.
const REFUSED: [(&str, &str); 8] = [
    ("tools", "[]"),
    ("functions", "[]"),
    ("tool_choice", "\"none\""),
    ("function_call", "\"none\""),
    ("audio", "null"),
    ("modalities", "[\"text\"]"),
    ("response_format", "{\"type\":\"text\"}"),
    ("logprobs", "false"),
];

/// A request in OpenAI's form. Fields of OpenAI's that are not listed are taken and have no effect, but for those that
/// would change what the answer is: they are refused.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionRequest {
    /// The id of the agent to ask.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9][a-z0-9_-]{0,63}$", example = "assistant")]
    pub model: String,
    /// The conversation, oldest first. The last message is the question; system messages follow the agent's own prompt.
    #[schema(min_items = 1, max_items = 2048)]
    pub messages: Vec<ChatCompletionMessage>,
    /// Whether to answer with server-sent events.
    #[schema(example = false)]
    pub stream: Option<bool>,
    /// What a stream tells beside the text.
    pub stream_options: Option<StreamOptions>,
    /// Sampling temperature.
    #[schema(minimum = 0.0, maximum = 2.0, example = 0.2)]
    pub temperature: Option<f64>,
    /// Most tokens of the answer.
    #[schema(minimum = 1, maximum = 1_000_000, example = 256)]
    pub max_completion_tokens: Option<u32>,
    /// The older name of `max_completion_tokens`.
    #[schema(minimum = 1, maximum = 1_000_000, example = 256)]
    pub max_tokens: Option<u32>,
    /// How many answers to give: only 1.
    #[schema(minimum = 1, maximum = 128, example = 1)]
    pub n: Option<u32>,
    /// All else that OpenAI's clients may send.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// A message in OpenAI's form.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionMessage {
    /// Who speaks.
    pub role: ChatCompletionRole,
    /// What is said; empty for nothing, but in the question.
    pub content: Option<ChatCompletionContent>,
    /// All else that OpenAI's clients may send, such as `name`.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatCompletionRole {
    /// The instructions.
    System,
    /// The newer name of `system`.
    Developer,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// What a stream tells beside the text.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
pub struct StreamOptions {
    /// Whether the last chunk before the end tells the usage.
    #[schema(example = true)]
    pub include_usage: Option<bool>,
    /// OpenAI's padding against side channels; taken, without effect.
    #[schema(example = false)]
    pub include_obfuscation: Option<bool>,
}

impl ChatCompletionRequest {
    /// The question in the engine's terms: the last message, what was said before it, and the client's instructions.
    /// Each request is a session of its own, since the client keeps the conversation.
    ///
    /// # Errors
    /// If the last message is not the user's, or the request asks for what agents do not do.
    pub fn into_ask(mut self, session: String, once: Option<OnceKey>, trace_parent: Option<Arc<str>>) -> Result<Ask> {
        let refuse = |pointer: String, detail: &str| Err(Error::field(pointer, detail));
        if let Some((name, _)) = REFUSED.into_iter().find(|(name, harmless)| self.asks_for(name, harmless)) {
            return refuse(format!("/{name}"), "An agent has its own tools and answers with text.");
        }
        if self.n.is_some_and(|n| n != 1) {
            return refuse("/n".into(), "An agent gives one answer.");
        }
        let last = self.messages.len() - 1;
        let Some(question) = self.messages.pop().filter(|message| message.role == ChatCompletionRole::User) else {
            return refuse(format!("/messages/{last}/role"), "The last message is the question: its role is `user`.");
        };
        let Some(content) = question.content.map(Content::from).filter(|content| !content.is_blank()) else {
            return refuse(format!("/messages/{last}/content"), "The question is blank.");
        };
        let overrides = Overrides {
            temperature: self.temperature,
            max_output_tokens: self.max_completion_tokens.or(self.max_tokens),
        };
        Ok(Ask {
            agent_id: self.model,
            place: Place::Surface { surface: "openai".into(), surface_id: session },
            content,
            said_before: self.messages.into_iter().filter_map(ChatCompletionMessage::into_message).collect(),
            overrides,
            parameters: None,
            metadata: Map::new(),
            is_streamed: self.stream == Some(true),
            once,
            trace_parent,
        })
    }

    /// Whether the field `name` says anything but null and `harmless`.
    fn asks_for(&self, name: &str, harmless: &str) -> bool {
        self.others
            .get(name)
            .is_some_and(|value| !value.is_null() && serde_json::from_str(harmless).ok().as_ref() != Some(value))
    }
}

impl ChatCompletionMessage {
    /// The message in the provider's terms; `None` if nothing is said.
    fn into_message(self) -> Option<Message> {
        let role = match self.role {
            ChatCompletionRole::System | ChatCompletionRole::Developer => Role::System,
            ChatCompletionRole::User => Role::User,
            ChatCompletionRole::Assistant => Role::Assistant,
        };
        let content = self.content.filter(|content| !content.is_empty())?;
        Some(Message { role, content: Content::from(content) })
    }
}
