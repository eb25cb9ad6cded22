//! A message of the conversation, in OpenAI's form.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::ChatCompletionContent;
use super::content::{ChatCompletionPart, ChatCompletionParts, ChatCompletionText};
use super::tool::ChatCompletionToolCall;
use crate::content::ToolCall;
use crate::error::{Error, Result};
use crate::provider::{Content, Message, Part, Role};

/// What an assistant's message may bring beside its text and its calls, and agents cannot take up.
const REFUSED: [(&str, &str); 2] =
    [("function_call", "send calls as tool_calls"), ("audio", "leave the message out, or send it as text")];

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
    /// The caller's tools that the model calls, of a message of the assistant's. Each call has a result in the messages that
    /// follow, in any order.
    #[schema(max_items = 128)]
    pub tool_calls: Option<Vec<ChatCompletionToolCall>>,
    /// The id of the call that a message of the role `tool` is the result of.
    #[schema(max_length = 16_384, pattern = r"^[^\x00]*$", example = "call_1")]
    pub tool_call_id: Option<String>,
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
    /// The result of one of the caller's tools.
    Tool,
    /// The older form of `tool`, which is refused.
    Function,
}

impl ChatCompletionMessage {
    /// The message at `place` in the provider's terms; `None` if nothing is said.
    ///
    /// # Errors
    /// If it is about tools in a way that agents do not understand.
    pub(super) fn into_message(self, place: usize) -> Result<Option<Message>> {
        let role = match self.role {
            ChatCompletionRole::System | ChatCompletionRole::Developer => Role::System,
            ChatCompletionRole::User => Role::User,
            ChatCompletionRole::Assistant => Role::Assistant,
            ChatCompletionRole::Tool => Role::Tool,
            ChatCompletionRole::Function => {
                let detail = "function is not supported: send results with the role tool and a tool_call_id";
                return Err(Error::field(format!("/messages/{place}/role"), detail));
            }
        };
        let is_given = |name: &str| {
            self.others.get(name).is_some_and(|value| !value.is_null() && *value != Value::Array(Vec::new()))
        };
        if let Some((name, instead)) = REFUSED.into_iter().find(|(name, _)| is_given(name)) {
            let detail = format!("{name} is not supported: {instead}");
            return Err(Error::field(format!("/messages/{place}/{name}"), detail));
        }
        let refusal = self.refusal.map(|text| ChatCompletionContent::Text(ChatCompletionText(text)));
        let said = self.content.filter(|content| !content.is_empty()).or(refusal);
        let content = said.filter(|content| !content.is_empty()).map(Content::from);
        let content = match self.tool_calls.filter(|calls| !calls.is_empty()) {
            None => content,
            Some(_) if role != Role::Assistant => {
                return Err(Error::field(format!("/messages/{place}/tool_calls"), "belong to the role assistant"));
            }
            Some(calls) => Some(with_calls(content, calls, place)?),
        };
        Ok(content.map(|content| Message { role, content }))
    }

    /// The id of the call and the tool's answer, of the message of the role `tool` at `place`.
    ///
    /// # Errors
    /// If no call is named, or if the answer is more than text.
    pub(super) fn into_result(self, place: usize) -> Result<(String, String)> {
        let Some(call_id) = self.tool_call_id else {
            let detail = "is missing: the id of the call that this is the result of";
            return Err(Error::field(format!("/messages/{place}/tool_call_id"), detail));
        };
        let text = match self.content {
            None => String::new(),
            Some(ChatCompletionContent::Text(ChatCompletionText(text))) => text,
            Some(ChatCompletionContent::Parts(ChatCompletionParts(parts))) => {
                let mut texts = Vec::with_capacity(parts.len());
                for (number, part) in parts.into_iter().enumerate() {
                    let (ChatCompletionPart::Text { text, .. } | ChatCompletionPart::Refusal { refusal: text, .. }) =
                        part
                    else {
                        let detail = "an image is no result of a tool: send it in a message of the user's";
                        return Err(Error::field(format!("/messages/{place}/content/{number}"), detail));
                    };
                    texts.push(text);
                }
                texts.join("\n")
            }
        };
        Ok((call_id, text))
    }
}

/// What is said, and the calls behind it.
fn with_calls(said: Option<Content>, calls: Vec<ChatCompletionToolCall>, place: usize) -> Result<Content> {
    let mut parts = match said {
        None => Vec::with_capacity(calls.len()),
        Some(Content::Text(text)) => vec![Part::Text { text }],
        Some(Content::Parts(parts)) => parts,
    };
    let first = parts.len();
    for (number, call) in calls.into_iter().map(ToolCall::from).enumerate() {
        let is_same = |part: &Part| matches!(part, Part::ToolCall(earlier) if earlier.id == call.id);
        if parts[first..].iter().any(is_same) {
            let detail = "is the id of an earlier call of the message too";
            return Err(Error::field(format!("/messages/{place}/tool_calls/{number}/id"), detail));
        }
        parts.push(Part::ToolCall(call));
    }
    Ok(Content::Parts(parts))
}
