//! A message of the conversation, in OpenAI's form.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::ChatCompletionContent;
use super::content::ChatCompletionText;
use crate::error::{Error, Result};
use crate::provider::{Content, Message, Role};

/// What an assistant's message may bring beside its text, and agents cannot take up.
const REFUSED: [&str; 3] = ["tool_calls", "function_call", "audio"];

/// A message in OpenAI's form. Fields that are not listed, such as `name`, are taken and have no effect.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionMessage {
    /// The author of the message.
    pub role: ChatCompletionRole,
    /// What is said; empty for nothing, but in the question.
    pub content: Option<ChatCompletionContent>,
    /// What the model said instead of an answer, if it refused.
    #[schema(max_length = 524_288, pattern = r"^[^\x00]*$", example = "I cannot help with that.")]
    pub refusal: Option<String>,
    /// All else that OpenAI's clients may send, such as `name`.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// The author of the message.
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
    /// A tool's result. It is refused: agents run their own tools.
    Tool,
    /// The older name of `tool`; refused as well.
    Function,
}

impl ChatCompletionMessage {
    /// The message at `place` in the provider's terms; `None` if nothing is said.
    ///
    /// # Errors
    /// If it is about tools of the caller's.
    pub(super) fn into_message(self, place: usize) -> Result<Option<Message>> {
        let role = match self.role {
            ChatCompletionRole::System | ChatCompletionRole::Developer => Role::System,
            ChatCompletionRole::User => Role::User,
            ChatCompletionRole::Assistant => Role::Assistant,
            ChatCompletionRole::Tool | ChatCompletionRole::Function => {
                let detail = "messages of tools are not supported: an agent runs its own tools";
                return Err(Error::field(format!("/messages/{place}/role"), detail));
            }
        };
        let is_given = |name: &str| {
            self.others.get(name).is_some_and(|value| !value.is_null() && *value != Value::Array(Vec::new()))
        };
        if let Some(name) = REFUSED.into_iter().find(|name| is_given(name)) {
            let detail = format!("{name} is not supported: leave the message out, or send it as text");
            return Err(Error::field(format!("/messages/{place}/{name}"), detail));
        }
        let refusal = self.refusal.map(|text| ChatCompletionContent::Text(ChatCompletionText(text)));
        let said = self.content.filter(|content| !content.is_empty()).or(refusal);
        let content = said.filter(|content| !content.is_empty());
        Ok(content.map(|content| Message { role, content: Content::from(content) }))
    }
}
