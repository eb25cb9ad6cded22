//! Calls of tools and their results on the wire.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::content::told;
use crate::content::{Arguments, Content, Part, ToolCall};
use crate::http::AnyJson;
use crate::ids::TurnId;
use crate::store::ToolUse;

/// A tool that was called in a turn.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TurnToolCall {
    /// The call's id, unique in its answer of the model.
    #[schema(max_length = 16_384, example = "call_1")]
    pub call_id: String,
    /// The tool's name, as the model wrote it.
    #[schema(max_length = 256, example = "current_time")]
    pub tool: String,
    /// What the tool was called with: an object, or the text that the model wrote if that is no JSON object.
    pub arguments: AnyJson,
    /// Whether the tool failed; null if it did not answer.
    #[schema(example = false)]
    pub is_error: Option<bool>,
    /// How long the tool took, in milliseconds.
    #[schema(minimum = 0, example = 12)]
    pub elapsed_ms: u64,
}

/// A tool that the model calls in a message.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageToolCall {
    /// The call's id, unique in its message.
    #[schema(max_length = 16_384, example = "call_1")]
    pub call_id: String,
    /// The tool's name, as the model wrote it.
    #[schema(max_length = 256, example = "current_time")]
    pub tool: String,
    /// What the tool is called with: an object, or the text that the model wrote if that is no JSON object.
    pub arguments: AnyJson,
}

/// What a tool answered in a message.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageToolResult {
    /// The id of the call.
    #[schema(max_length = 16_384, example = "call_1")]
    pub call_id: String,
    /// The answer; if the tool failed, why.
    #[schema(max_length = 16_777_216, example = "{\"time\":\"2026-11-23T21:00:00Z\"}")]
    pub content: String,
    /// Whether the tool failed.
    #[schema(example = false)]
    pub is_error: bool,
}

/// A stored content as what is said, the calls and the results in it.
pub fn split(content: Content) -> (Content, Vec<MessageToolCall>, Vec<MessageToolResult>) {
    let (mut calls, mut results) = (Vec::new(), Vec::new());
    let parts = match content {
        Content::Parts(parts) if parts.iter().any(Part::is_of_tool) => parts,
        plain => return (plain, calls, results),
    };
    let mut said = String::new();
    let in_words = told(&parts);
    for part in parts {
        match part {
            Part::Text { text } => said.push_str(&text),
            Part::ImageUrl { .. } => {}
            Part::ToolCall(call) => {
                calls.push(MessageToolCall::from(&call));
            }
            Part::ToolResult(result) => {
                let (call_id, content, is_error) = (result.call_id, result.content, result.is_error);
                results.push(MessageToolResult { call_id, content, is_error });
            }
        }
    }
    (Content::Text(if said.is_empty() { in_words } else { said }), calls, results)
}

/// The model begins to call a tool, or goes on with the arguments.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ToolCallDelta {
    /// The turn that the event belongs to.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The event's number in its turn, starting with 1.
    #[schema(minimum = 1, example = 2)]
    pub seq: i64,
    /// The call's id, unique in its answer of the model.
    #[schema(max_length = 16_384, example = "call_1")]
    pub call_id: String,
    /// The tool's name, as the model wrote it.
    #[schema(max_length = 256, example = "current_time")]
    pub tool: String,
    /// The text to append to the arguments; empty at the beginning. All texts together are JSON, if the model makes no mistake.
    #[schema(max_length = 16_777_216, example = "{\"time_zone\":")]
    pub arguments_delta: String,
}

/// The call of a tool is complete, and the tool runs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ToolCallComplete {
    /// The turn that the event belongs to.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The event's number in its turn, starting with 1.
    #[schema(minimum = 1, example = 3)]
    pub seq: i64,
    /// The call's id, unique in its answer of the model.
    #[schema(max_length = 16_384, example = "call_1")]
    pub call_id: String,
    /// The tool's name, as the model wrote it.
    #[schema(max_length = 256, example = "current_time")]
    pub tool: String,
    /// What the tool is called with: an object, or the text that the model wrote if that is no JSON object.
    pub arguments: AnyJson,
}

/// A tool has answered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ToolResultEvent {
    /// The turn that the event belongs to.
    #[schema(value_type = String, example = "trn_06a1b2c3d4e5q")]
    pub turn_id: TurnId,
    /// The event's number in its turn, starting with 1.
    #[schema(minimum = 1, example = 4)]
    pub seq: i64,
    /// The id of the call.
    #[schema(max_length = 16_384, example = "call_1")]
    pub call_id: String,
    /// The answer; if the tool failed, why.
    #[schema(max_length = 16_777_216, example = "{\"time\":\"2026-11-23T21:00:00Z\"}")]
    pub content: String,
    /// Whether the tool failed.
    #[schema(example = false)]
    pub is_error: bool,
    /// How long the tool took, in milliseconds.
    #[schema(minimum = 0, example = 12)]
    pub elapsed_ms: u64,
}

pub(super) fn shown(arguments: &Arguments) -> AnyJson {
    AnyJson(match arguments {
        Arguments::Object(object) => Value::Object(object.clone()),
        Arguments::Text(text) => Value::String(text.clone()),
    })
}

impl From<&ToolCall> for MessageToolCall {
    fn from(call: &ToolCall) -> Self {
        Self { call_id: call.id.clone(), tool: call.name.clone(), arguments: shown(&call.arguments) }
    }
}

impl From<&ToolUse> for TurnToolCall {
    fn from(used: &ToolUse) -> Self {
        Self {
            call_id: used.call_id.clone(),
            tool: used.tool.clone(),
            arguments: shown(&used.arguments),
            is_error: used.is_error,
            elapsed_ms: used.elapsed_ms,
        }
    }
}
